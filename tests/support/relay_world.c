#include "tests/support/relay_world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/fake_agent.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

enum { WORLD_PATIENCE_MS = 15000, REQUEST_LEN_MAX = 2 * FRAME_LEN_MAX };

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct world_client *client = relay_owner(relay);

	ck_assert(!client->has_ended);
	client->replies++;
	client->excuse = client->next_excuse;
	client->next_excuse = NULL;
	byte_buf_clear(&client->last);
	byte_buf_put_bytes(&client->last, frame.ptr, frame.len);
	if (client->goes_on)
		relay_run(relay);
}

static void on_excused(struct relay *relay, const char *reason)
{
	struct world_client *client = relay_owner(relay);

	client->next_excuse = reason;
}

static void on_ended(struct relay *relay)
{
	struct world_client *client = relay_owner(relay);

	ck_assert(!client->has_ended); /* once */
	client->has_ended = true;
}

static const struct relay_events client_events = {
	.on_replied = on_replied,
	.on_excused = on_excused,
	.on_ended = on_ended,
};

static void on_quiet(struct relay_context *context)
{
	struct world *world = context->owner;

	world->quiet_count++;
}

void world_init(struct world *world, const char *script)
{
	*world = (struct world){.limits = limits_default};
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(source_add_agent(&world->sources, "one=agent.sock"), 0);
	unlink("agent.sock");
	if (script != NULL)
		world->agent = fake_agent_start("agent.sock", script);
	ck_assert_int_eq(uv_loop_init(&world->loop), 0);
	upstream_pool_init(&world->pool, &world->loop, &world->limits);
	confirm_init(&world->confirm, &world->loop, &world->limits);
	world->context = (struct relay_context){.pool = &world->pool,
						.confirm = &world->confirm,
						.on_quiet = on_quiet,
						.owner = world};
}

void world_deinit(struct world *world)
{
	for (size_t i = 0; i < world->client_count; i++) {
		if (world->clients[i].relay != NULL)
			relay_close(world->clients[i].relay);
		byte_buf_deinit(&world->clients[i].last);
	}
	uv_run(&world->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&world->loop), 0);
	ck_assert_uint_eq(world->context.busy_count, 0);
	ck_assert_uint_eq(world->context.input_len, 0);
	ck_assert_uint_eq(world_source(world)->state->open_count, 0);
	ck_assert(TAILQ_EMPTY(&world_source(world)->state->holders));
	ck_assert(TAILQ_EMPTY(&world_source(world)->state->waiters));
	source_set_deinit(&world->sources);
	if (world->agent > 0) {
		kill(world->agent, SIGKILL);
		waitpid(world->agent, NULL, 0);
	}
}

struct source *world_source(const struct world *world)
{
	return world->sources.list[0];
}

struct world_client *world_add_client(struct world *world)
{
	struct world_client *client = &world->clients[world->client_count++];

	ck_assert_uint_le(world->client_count, WORLD_CLIENTS_MAX);
	byte_buf_init(&client->last, FRAME_LEN_MAX);
	client->relay = relay_new(&world->context, world_source(world), &client->grant,
				  &client_events, client);
	ck_assert_ptr_nonnull(client->relay);
	return client;
}

struct world_client *world_add_client_of(struct world *world, const char *address)
{
	struct world_client *client = world_add_client(world);

	snprintf(client->grant.peer, sizeof(client->grant.peer), "%s:1000", address);
	return client;
}

void client_send(struct world_client *client, struct byte_view bytes)
{
	ck_assert_int_eq(relay_input(client->relay, bytes), 0);
	relay_run(client->relay);
}

void put_sign_frame(struct byte_buf *frame, size_t user_len)
{
	size_t mark = frame_begin(frame);
	struct login login = login_sample();
	uint8_t *user = malloc(user_len + 1);

	ck_assert_ptr_nonnull(user);
	memset(user, 'x', user_len);
	login.user = (struct byte_view){user, user_len};
	put_login_request(frame, &login, 0);
	free(user);
	frame_end(frame, mark);
	ck_assert_int_eq(byte_buf_status(frame), 0);
}

static void send_frame(struct world_client *client, struct byte_buf *frame)
{
	client_send(client, byte_buf_view(frame));
	byte_buf_deinit(frame);
}

void client_ask_list(struct world_client *client)
{
	struct byte_buf frame;

	byte_buf_init(&frame, REQUEST_LEN_MAX);
	agent_put_simple(&frame, SSH_AGENTC_REQUEST_IDENTITIES);
	send_frame(client, &frame);
}

void client_ask_signature(struct world_client *client, size_t user_len)
{
	struct byte_buf frame;

	byte_buf_init(&frame, REQUEST_LEN_MAX);
	put_sign_frame(&frame, user_len);
	send_frame(client, &frame);
}

static void ask_bind(struct world_client *client, bool is_forwarding)
{
	struct login_host host;
	struct byte_buf frame;
	size_t mark;

	login_host_init_ed25519(&host);
	byte_buf_init(&frame, REQUEST_LEN_MAX);
	mark = frame_begin(&frame);
	put_session_bind(&frame, &host, "session", is_forwarding);
	frame_end(&frame, mark);
	login_host_deinit(&host);
	send_frame(client, &frame);
}

void client_ask_bind(struct world_client *client)
{
	ask_bind(client, true);
}

void client_ask_bind_login(struct world_client *client)
{
	ask_bind(client, false);
}

static void on_patience_over(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("waited too long");
}

static bool has_replies(const struct world_client *client, unsigned count)
{
	return client->replies >= count;
}

static bool has_ended(const struct world_client *client, unsigned unused)
{
	(void)unused;
	return client->has_ended;
}

static void await(struct world *world, bool (*is_so)(const struct world_client *, unsigned),
		  const struct world_client *client, unsigned count)
{
	uv_timer_t patience;

	uv_timer_init(&world->loop, &patience);
	uv_timer_start(&patience, on_patience_over, WORLD_PATIENCE_MS, 0);
	while (!is_so(client, count))
		uv_run(&world->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&patience, NULL);
	world_turn(world);
}

void world_await_replies(struct world *world, const struct world_client *client, unsigned count)
{
	await(world, has_replies, client, count);
	ck_assert_uint_eq(client->replies, count);
}

void world_await_end(struct world *world, const struct world_client *client)
{
	await(world, has_ended, client, 0);
}

void world_turn(struct world *world)
{
	uv_run(&world->loop, UV_RUN_NOWAIT);
}

static void on_passed(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

void world_pass(struct world *world, unsigned ms)
{
	uv_timer_t timer;

	uv_timer_init(&world->loop, &timer);
	uv_timer_start(&timer, on_passed, ms, 0);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	world_turn(world);
}

int client_reply_type(const struct world_client *client)
{
	ck_assert_uint_gt(client->last.len, FRAME_HEADER_LEN);
	return client->last.data[FRAME_HEADER_LEN];
}
