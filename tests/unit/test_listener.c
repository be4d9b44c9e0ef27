#include "agentd/listener.h"

#include <netinet/in.h>
#include <sys/resource.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { PATIENCE_MS = 10000, ACCEPTED_MAX = 64 };

/* A listener on loopback, and what it has accepted. */
static struct listener listener;
static uv_loop_t loop;
static struct sockaddr_in address;
static int accepted[ACCEPTED_MAX];
static size_t accepted_count;
static size_t full_at; /* 0: never */
static bool is_closed;

static void on_accepted(struct listener *of, int fd, const struct sockaddr *peer)
{
	ck_assert_ptr_eq(of, &listener);
	ck_assert_int_eq(peer->sa_family, AF_INET);
	ck_assert_uint_lt(accepted_count, ACCEPTED_MAX);
	accepted[accepted_count++] = fd;
}

static bool is_full(struct listener *of)
{
	(void)of;
	return full_at != 0 && accepted_count >= full_at;
}

static void on_closed(struct listener *of)
{
	(void)of;
	is_closed = true;
}

static const struct listener_events events = {
	.on_accepted = on_accepted,
	.is_full = is_full,
	.on_closed = on_closed,
};

static void setup(void)
{
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	said_begin();
	address = (struct sockaddr_in){.sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(fd, ACCEPTED_MAX), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	ck_assert_int_eq(listener_init(&listener, &loop, fd, "the door", &events, NULL), 0);
}

static void teardown(void)
{
	listener_close(&listener);
	listener_close(&listener); /* once more does no harm */
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert(is_closed);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	for (size_t i = 0; i < accepted_count; i++)
		close(accepted[i]);
}

static int connect_one(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void on_patience_over(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("waited too long");
}

/* Runs the loop until so many are accepted in all, or text has been said. */
static void await(size_t count, const char *text)
{
	uv_timer_t patience;

	uv_timer_init(&loop, &patience);
	uv_timer_start(&patience, on_patience_over, PATIENCE_MS, 0);
	while (text != NULL ? !said_has(text) : accepted_count < count)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

START_TEST(connections_are_accepted_non_blocking_and_close_on_exec)
{
	int peer = connect_one();

	await(1, NULL);
	ck_assert_int_ne(fcntl(accepted[0], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(accepted[0], F_GETFD) & FD_CLOEXEC, 0);
	close(peer);
}
END_TEST

START_TEST(a_crowd_is_accepted)
{
	int peers[40];

	for (size_t i = 0; i < 40; i++)
		peers[i] = connect_one();
	await(40, NULL);
	for (size_t i = 0; i < 40; i++)
		close(peers[i]);
}
END_TEST

START_TEST(a_full_house_lets_them_wait_and_goes_on_later)
{
	int peers[3];

	full_at = 1;
	for (size_t i = 0; i < 3; i++)
		peers[i] = connect_one();
	await(0, "not accepting on the door for now: as many links are open as are allowed");
	ck_assert_uint_eq(accepted_count, 1);
	full_at = 0;
	await(3, NULL);
	for (size_t i = 0; i < 3; i++)
		close(peers[i]);
}
END_TEST

/* Turns the loop with so many descriptors free. */
static void turn_with_descriptors(int free_count)
{
	struct rlimit limit;
	struct rlimit low;
	int lowest_free = dup(STDERR_FILENO);

	close(lowest_free);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = (struct rlimit){.rlim_cur = (rlim_t)(lowest_free + free_count),
			      .rlim_max = limit.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Its own, a link's second, and a pair for the keeper: three are too few. */
START_TEST(with_too_few_descriptors_it_pauses_says_so_and_goes_on)
{
	for (int free_count = 0; free_count < 4; free_count++) {
		int peer = connect_one();
		size_t before = accepted_count;

		said_forget();
		turn_with_descriptors(free_count);
		ck_assert_uint_eq(accepted_count, before);
		said_expect("not accepting on the door for now: Too many open files");
		await(before + 1, NULL);
		close(peer);
	}
}
END_TEST

START_TEST(with_as_many_descriptors_as_it_takes_it_accepts)
{
	int peer = connect_one();

	turn_with_descriptors(4);
	ck_assert_uint_eq(accepted_count, 1);
	close(peer);
}
END_TEST

START_TEST(a_pause_is_told_once)
{
	struct byte_buf said;
	const char *text = "not accepting";
	size_t told = 0;
	int peer;

	full_at = 1;
	peer = connect_one();
	await(1, NULL);
	close(connect_one());
	await(0, text);
	for (uint64_t end = uv_hrtime() + UINT64_C(350000000); uv_hrtime() < end;)
		uv_run(&loop, UV_RUN_ONCE); /* three pauses long */
	byte_buf_init(&said, SAID_LEN_MAX);
	workspace_read("said", &said);
	for (size_t i = 0; i + strlen(text) <= said.len; i++)
		told += memcmp(said.data + i, text, strlen(text)) == 0;
	ck_assert_uint_eq(told, 1);
	byte_buf_deinit(&said);
	close(peer);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("listener");

	tcase_set_timeout(tests, 20);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, connections_are_accepted_non_blocking_and_close_on_exec);
	tcase_add_test(tests, a_crowd_is_accepted);
	tcase_add_test(tests, a_full_house_lets_them_wait_and_goes_on_later);
	tcase_add_test(tests, with_too_few_descriptors_it_pauses_says_so_and_goes_on);
	tcase_add_test(tests, with_as_many_descriptors_as_it_takes_it_accepts);
	tcase_add_test(tests, a_pause_is_told_once);
	return unit_main(tests, "listener");
}
