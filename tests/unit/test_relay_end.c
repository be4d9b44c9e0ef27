#include "agentd/relay.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

enum { CLIENTS_MAX = 8, REQUEST_SECONDS = 1 };

/* An agent that listens and never answers, and a relay to it. */
struct fixture {
	uv_loop_t loop;
	uv_timer_t watchdog;
	struct limits limits;
	struct source source;
	struct upstream_pool pool;
	struct relay_context relays;
	struct grant grant;
	struct relay *relay;
	int listening_fd;
	int clients[CLIENTS_MAX];
	bool closes_when_answered;
	bool closes_when_ended;
	unsigned replies;
	uint8_t reply_type;
	unsigned ends;
};

static struct sockaddr_un agent_address(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(address.sun_path, "agent.sock");
	return address;
}

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct fixture *f = relay_owner(relay);

	f->replies++;
	f->reply_type = frame.ptr[FRAME_HEADER_LEN];
	if (f->closes_when_answered)
		relay_close(relay);
}

static void on_ended(struct relay *relay)
{
	struct fixture *f = relay_owner(relay);

	f->ends++;
	if (f->closes_when_ended)
		relay_close(relay);
}

static const struct relay_events events = {.on_replied = on_replied, .on_ended = on_ended};

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("the relay hangs");
}

static void fixture_init(struct fixture *f, int backlog)
{
	struct sockaddr_un address = agent_address();

	*f = (struct fixture){.limits = limits_default};
	f->limits.request_seconds = REQUEST_SECONDS;
	f->limits.sign_seconds = REQUEST_SECONDS;
	f->closes_when_ended = true;
	ck_assert_int_eq(source_init(&f->source, "id"), 0);
	unlink(address.sun_path);
	f->listening_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(f->listening_fd, (void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(f->listening_fd, backlog), 0);
	f->source.socket_path = strdup(address.sun_path);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	uv_timer_init(&f->loop, &f->watchdog);
	uv_timer_start(&f->watchdog, on_watchdog, 20 * 1000, 0);
	uv_unref((uv_handle_t *)&f->watchdog);
	upstream_pool_init(&f->pool, &f->loop, &f->limits);
	f->relays = (struct relay_context){.pool = &f->pool};
	f->relay = relay_new(&f->relays, &f->source, &f->grant, &events, f);
}

static void fixture_deinit(struct fixture *f)
{
	uv_close((uv_handle_t *)&f->watchdog, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&f->loop), 0);
	ck_assert_uint_eq(f->relays.busy_count, 0);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (f->clients[i] > 0)
			close(f->clients[i]);
	}
	if (f->listening_fd >= 0)
		close(f->listening_fd);
	source_deinit(&f->source);
}

static void ask(struct fixture *f)
{
	static const uint8_t list[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};

	ck_assert_int_eq(relay_input(f->relay, (struct byte_view){list, sizeof(list)}), 0);
	relay_run(f->relay);
}

START_TEST(owner_may_close_the_relay_in_its_last_reply)
{
	struct fixture f;

	fixture_init(&f, 8);
	f.closes_when_answered = true;
	ask(&f);
	/* Connected, and the request sent; then the agent dies. */
	while (f.source.state->open_count == 0 || f.relays.busy_count == 0)
		uv_run(&f.loop, UV_RUN_NOWAIT);
	close(f.listening_fd);
	f.listening_fd = -1;
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(f.replies, 1);
	ck_assert_uint_eq(f.reply_type, SSH_AGENT_FAILURE);
	ck_assert_uint_eq(f.ends, 0);
	fixture_deinit(&f);
}
END_TEST

START_TEST(request_to_an_agent_with_a_full_backlog_fails_in_time)
{
	struct sockaddr_un address = agent_address();
	struct fixture f;

	fixture_init(&f, 0);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		f.clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(f.clients[i], (void *)&address, sizeof(address));
	}
	ask(&f);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(f.replies, 1);
	ck_assert_uint_eq(f.reply_type, SSH_AGENT_FAILURE);
	ck_assert_uint_eq(f.ends, 1);
	fixture_deinit(&f);
}
END_TEST

/* Whoever holds the only connection may hold it for ever. */
START_TEST(request_that_waits_for_a_connection_fails_in_time)
{
	struct fixture f;

	fixture_init(&f, 8);
	f.limits.upstream_per_id = 1;
	f.source.state->open_count = 1;
	ask(&f);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(f.reply_type, SSH_AGENT_FAILURE);
	ck_assert_uint_eq(f.ends, 1);
	ck_assert(TAILQ_EMPTY(&f.source.state->waiters));
	f.source.state->open_count = 0;
	fixture_deinit(&f);
}
END_TEST

static struct byte_view part_of_a_large_request(void)
{
	static const uint8_t zeros[64 * 1024] = {0, 4}; /* of a frame of 256 KiB */

	return (struct byte_view){zeros, sizeof(zeros)};
}

START_TEST(ended_relay_keeps_no_input)
{
	struct fixture f;

	fixture_init(&f, 8);
	ck_assert_int_eq(relay_input(f.relay, part_of_a_large_request()), 0);
	relay_run(f.relay);
	f.closes_when_ended = false;
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(f.ends, 1);
	ck_assert_uint_eq(f.relays.input_len, 0);
	relay_close(f.relay);
	fixture_deinit(&f);
}
END_TEST

START_TEST(large_requests_fill_no_more_than_their_room)
{
	static const uint8_t small[4096];
	const struct byte_view part = part_of_a_large_request();
	enum { RELAYS = 2000 };
	struct relay *relays[RELAYS];
	struct fixture f;
	size_t refused = 0;

	fixture_init(&f, 8);
	for (size_t i = 0; i < RELAYS; i++) {
		relays[i] = relay_new(&f.relays, &f.source, &f.grant, &events, &f);
		refused += relay_input(relays[i], part) == -ENOBUFS;
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_le(f.relays.input_len, 64 * 1024 * 1024);
	ck_assert_int_eq(relay_input(f.relay, (struct byte_view){small, sizeof(small)}), 0);
	for (size_t i = 0; i < RELAYS; i++)
		relay_close(relays[i]);
	ck_assert_uint_eq(f.relays.input_len, sizeof(small));
	relay_close(f.relay);
	fixture_deinit(&f);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("relay_end");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_set_timeout(tests, 40);
	tcase_add_test(tests, owner_may_close_the_relay_in_its_last_reply);
	tcase_add_test(tests, request_to_an_agent_with_a_full_backlog_fails_in_time);
	tcase_add_test(tests, request_that_waits_for_a_connection_fails_in_time);
	tcase_add_test(tests, ended_relay_keeps_no_input);
	tcase_add_test(tests, large_requests_fill_no_more_than_their_room);
	return unit_main(tests, "relay_end");
}
