#include "agentd/keeper/keeper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "agentd/keeper/server.h"
#include "tests/support/keeper_client.h"
#include "tests/support/unit.h"

static void make_keys(void)
{
	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -f one");
}

START_TEST(a_hundred_connections_are_served_at_once)
{
	enum { COUNT = 100, ROUNDS = 5 };
	struct running_keeper keeper;
	uint8_t reply[REPLY_MAX];
	int fds[COUNT];

	start_with(&keeper, "one");
	for (int i = 0; i < COUNT; i++)
		fds[i] = connect_to(&keeper, "one");
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < COUNT; i++)
			send_sign_request(fds[i], "one.pub");
		for (int i = 0; i < COUNT; i++)
			ck_assert_uint_eq(receive_frame(fds[i], reply).ptr[0],
					  SSH_AGENT_SIGN_RESPONSE);
	}
	for (int i = 0; i < COUNT; i++)
		close(fds[i]);
	stop(&keeper);
}
END_TEST

START_TEST(peers_that_stall_hold_up_nobody)
{
	enum { STALLED = 40 }; /* more than there are threads */
	static const uint8_t list[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};
	struct running_keeper keeper;
	int stalled[STALLED];
	int fd;

	start_with(&keeper, "one");
	for (int i = 0; i < STALLED; i++) {
		stalled[i] = connect_to(&keeper, "one");
		if (i % 2 == 0) /* half a request, and then silence */
			ck_assert_int_eq(send(stalled[i], list, 3, 0), 3);
		else /* requests without end, and no reply ever read */
			while (send(stalled[i], list, sizeof(list), MSG_DONTWAIT) > 0)
				;
	}
	fd = connect_to(&keeper, "one");
	for (int i = 0; i < 20; i++)
		assert_signs(fd, "one.pub");
	close(fd);
	for (int i = 0; i < STALLED; i++)
		close(stalled[i]);
	stop(&keeper);
}
END_TEST

/* Whether the keeper has taken the other end. */
static bool is_served(int fd)
{
	static const uint8_t list[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	uint8_t reply[REPLY_MAX];

	if (send(fd, list, sizeof(list), MSG_NOSIGNAL) < 0)
		return false;
	ck_assert_int_eq(poll(&readable, 1, REPLY_TIMEOUT_MS), 1);
	return recv(fd, reply, sizeof(reply), 0) > 0;
}

START_TEST(connections_over_the_cap_see_end_of_file)
{
	static int fds[SERVER_CONNECTIONS_MAX + 1];
	struct rlimit limit;
	struct running_keeper keeper;
	size_t count = 0;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	start_with(&keeper, "one");
	/* Where the hard limit is lower than the cap, ours would be hit first. */
	if (limit.rlim_max > SERVER_CONNECTIONS_MAX + 64) {
		while (count < SERVER_CONNECTIONS_MAX) {
			fds[count] = connect_to(&keeper, "one");
			ck_assert(is_served(fds[count++]));
		}
		fds[count] = connect_to(&keeper, "one");
		ck_assert(!is_served(fds[count++]));
		ck_assert(is_served(fds[0]));
	}
	while (count > 0)
		close(fds[--count]);
	stop(&keeper);
}
END_TEST

START_TEST(unknown_id_sees_end_of_file)
{
	struct running_keeper keeper;
	int fd;

	catch_stderr();
	start_with(&keeper, "one");
	fd = connect_to(&keeper, "other");
	assert_end_of_file(fd);
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(forgotten_keys_sign_no_more)
{
	static const uint8_t failure[] = {SSH_AGENT_FAILURE};
	struct running_keeper keeper;
	uint8_t reply[REPLY_MAX];
	int fd;

	start_with(&keeper, "one");
	fd = connect_to(&keeper, "one");
	assert_signs(fd, "one.pub");
	ck_assert_int_eq(keeper_forget(keeper.control_fd), 0);
	close(fd);
	/* The control socket keeps the order: this connection comes after the order to forget. */
	fd = connect_to(&keeper, "one");
	ck_assert_uint_eq(identity_count(fd), 0);
	send_sign_request(fd, "one.pub");
	ck_assert(view_equal(receive_frame(fd, reply), (struct byte_view){failure, 1}));
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(keeper_ends_when_the_front_does)
{
	struct running_keeper keeper;
	int ends[2];
	pid_t front;

	/* The keeper inherits no end of this pipe but through its parent: it closes all others. */
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	front = fork();
	ck_assert_int_ge(front, 0);
	if (front == 0) {
		start_with(&keeper, "one");
		(void)!write(ends[1], &keeper.pid, sizeof(keeper.pid));
		pause();
	}
	ck_assert_int_eq(read(ends[0], &keeper.pid, sizeof(keeper.pid)), sizeof(keeper.pid));
	ck_assert_int_eq(kill(front, SIGKILL), 0);
	ck_assert_int_eq(waitpid(front, NULL, 0), front);
	/* Now it is ours to wait for. */
	ck_assert_int_eq(waitpid(keeper.pid, NULL, 0), keeper.pid);
}
END_TEST

START_TEST(death_of_the_keeper_is_seen)
{
	struct running_keeper keeper;
	int ends[2];
	int fd;

	start_with(&keeper, "one");
	fd = connect_to(&keeper, "one");
	assert_signs(fd, "one.pub");
	ck_assert_int_eq(kill(keeper.pid, SIGKILL), 0);
	assert_end_of_file(fd);
	assert_end_of_file(keeper.control_fd);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(keeper_serve(keeper.control_fd, "one", ends[0]), -EPIPE);
	ck_assert_int_eq(keeper_forget(keeper.control_fd), -EPIPE);
	ck_assert_int_eq(waitpid(keeper.pid, NULL, 0), keeper.pid);
}
END_TEST

START_TEST(signals_of_the_terminal_do_not_end_it)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct running_keeper keeper;
	int fd;

	start_with(&keeper, "one");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		ck_assert_int_eq(kill(keeper.pid, signals[i]), 0);
	fd = connect_to(&keeper, "one");
	assert_signs(fd, "one.pub");
	close(fd);
	stop(&keeper);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("keeper");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, make_keys, workspace_leave);
	tcase_add_test(tests, a_hundred_connections_are_served_at_once);
	tcase_add_test(tests, peers_that_stall_hold_up_nobody);
	tcase_add_test(tests, connections_over_the_cap_see_end_of_file);
	tcase_add_test(tests, unknown_id_sees_end_of_file);
	tcase_add_test(tests, forgotten_keys_sign_no_more);
	tcase_add_test(tests, keeper_ends_when_the_front_does);
	tcase_add_test(tests, death_of_the_keeper_is_seen);
	tcase_add_test(tests, signals_of_the_terminal_do_not_end_it);
	return unit_main(tests, "keeper");
}
