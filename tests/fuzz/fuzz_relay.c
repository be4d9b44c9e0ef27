/*
 * fuzz_relay - the daemon behind its link: what peers send on their channels once it is decrypted, cut
 * anywhere, through relay, gate and upstream queue, on a real loop, to an agent that answers as the
 * input has it.
 *
 * The input is a series of steps. A byte says which, and for whom: bits 0 to 2 the step, bits 3 and
 * 4 the channel, or the agent's connection. INPUT and SAY have a length byte and bytes behind it.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentd/relay.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/login.h"

enum step {
	INPUT, /* bytes come on a channel */
	TURN,  /* the loop takes a turn */
	SAY,   /* the agent sends bytes */
	FAIL,  /* the agent sends SSH_AGENT_FAILURE */
	HANG_UP,
	END_INPUT, /* a channel's input is over */
	CLOSE,	   /* a channel is gone */
	LOGIN,	   /* a whole sign request comes */
};

enum { CHANNELS = 4, AGENT_CONNECTIONS = 16, STREAM_MAX = 1024 * 1024 };

struct channel {
	struct relay *relay;
	struct grant grant;
	struct byte_buf fed;
	unsigned replies;
	bool has_ended;
};

struct world {
	uv_loop_t loop;
	struct limits limits;
	struct source_set sources;
	struct upstream_pool pool;
	struct relay_context context;
	struct channel channels[CHANNELS];
	int agents[AGENT_CONNECTIONS];
	unsigned agent_count;
};

static int listen_fd = -1;
static char directory[] = "/tmp/fuzz-relay-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static void remove_socket(void)
{
	unlink(address.sun_path);
	rmdir(directory);
}

static void set_up(void)
{
	if (listen_fd >= 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	log_init("fuzz", LOG_LEVEL_ERROR);
	FUZZ_CHECK(mkdtemp(directory) != NULL);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/agent.sock", directory);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	FUZZ_CHECK(listen_fd >= 0 &&
		   bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		   listen(listen_fd, 64) == 0 && atexit(remove_socket) == 0);
}

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct channel *channel = relay_owner(relay);
	size_t body_len = 0;

	FUZZ_CHECK(!channel->has_ended);
	FUZZ_CHECK(frame_peek(frame, &body_len) == 0 && FRAME_HEADER_LEN + body_len == frame.len);
	channel->replies++;
}

static void on_ended(struct relay *relay)
{
	struct channel *channel = relay_owner(relay);

	FUZZ_CHECK(!channel->has_ended);
	channel->has_ended = true;
}

static const struct relay_events events = {.on_replied = on_replied, .on_ended = on_ended};

static void world_begin(struct world *world)
{
	char spec[sizeof(address.sun_path) + 8];

	*world = (struct world){.limits = limits_default};
	world->limits.upstream_per_id = 2; /* so that channels wait for each other */
	snprintf(spec, sizeof(spec), "one=%s", address.sun_path);
	FUZZ_CHECK(source_add_agent(&world->sources, spec) == 0);
	FUZZ_CHECK(uv_loop_init(&world->loop) == 0);
	upstream_pool_init(&world->pool, &world->loop, &world->limits);
	world->context = (struct relay_context){.pool = &world->pool};
	for (unsigned i = 0; i < CHANNELS; i++) {
		struct channel *channel = &world->channels[i];

		byte_buf_init(&channel->fed, STREAM_MAX);
		channel->relay = relay_new(&world->context, world->sources.list[0], &channel->grant,
					   &events, channel);
		FUZZ_CHECK(channel->relay != NULL);
	}
}

static void channel_close(struct channel *channel)
{
	if (channel->relay != NULL)
		relay_close(channel->relay);
	channel->relay = NULL;
	channel->has_ended = true;
}

/* A request has one reply at most, and one that was not whole has none. */
static void check_replies(const struct channel *channel)
{
	struct byte_view left = byte_buf_view(&channel->fed);
	size_t body_len;
	unsigned requests = 0;

	for (; frame_peek(left, &body_len) == 0; requests++) {
		left.ptr += FRAME_HEADER_LEN + body_len;
		left.len -= FRAME_HEADER_LEN + body_len;
	}
	FUZZ_CHECK(channel->replies <= requests);
}

static void world_end(struct world *world)
{
	const struct source *source = world->sources.list[0];
	const struct source_state *state = source->state;
	int fd;

	for (unsigned i = 0; i < CHANNELS; i++)
		channel_close(&world->channels[i]);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	FUZZ_CHECK(uv_loop_close(&world->loop) == 0);
	FUZZ_CHECK(world->context.busy_count == 0 && world->context.input_len == 0);
	FUZZ_CHECK(state->open_count == 0 && TAILQ_EMPTY(&state->holders) &&
		   TAILQ_EMPTY(&state->waiters) && source->user_count == 0);
	for (unsigned i = 0; i < CHANNELS; i++) {
		check_replies(&world->channels[i]);
		byte_buf_deinit(&world->channels[i].fed);
	}
	source_set_deinit(&world->sources);
	for (unsigned i = 0; i < world->agent_count; i++)
		close(world->agents[i]);
	while ((fd = accept(listen_fd, NULL, NULL)) >= 0)
		close(fd);
}

static void feed(struct channel *channel, struct byte_view bytes)
{
	struct byte_view exact = exact_copy(bytes.ptr, bytes.len);

	if (channel->relay != NULL && !channel->has_ended) {
		byte_buf_put_bytes(&channel->fed, bytes.ptr, bytes.len);
		if (relay_input(channel->relay, exact) != 0)
			channel_close(channel);
		else
			relay_run(channel->relay);
	}
	exact_free(exact);
}

static void feed_login(struct channel *channel)
{
	struct login login = login_sample();
	struct byte_buf frame;
	size_t mark;

	byte_buf_init(&frame, FRAME_LEN_MAX);
	mark = frame_begin(&frame);
	put_login_request(&frame, &login, 0);
	frame_end(&frame, mark);
	feed(channel, byte_buf_view(&frame));
	byte_buf_deinit(&frame);
}

/* The agent takes whatever comes. */
static void agent_reads(struct world *world)
{
	char block[4096];
	int fd;

	while (world->agent_count < AGENT_CONNECTIONS &&
	       (fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		world->agents[world->agent_count++] = fd;
	for (unsigned i = 0; i < world->agent_count; i++) {
		while (read(world->agents[i], block, sizeof(block)) > 0)
			;
	}
}

static void agent_says(struct world *world, unsigned which, struct byte_view bytes)
{
	agent_reads(world);
	if (world->agent_count > 0)
		send(world->agents[which % world->agent_count], bytes.ptr, bytes.len, MSG_NOSIGNAL);
}

static void take_step(struct world *world, uint8_t code, struct reader *input)
{
	static const uint8_t failure[] = {0, 0, 0, 1, SSH_AGENT_FAILURE};
	unsigned which = code >> 3 & 3;
	struct channel *channel = &world->channels[which];

	switch ((enum step)(code & 7)) {
	case INPUT:
		feed(channel, reader_bytes(input, reader_u8(input)));
		break;
	case TURN:
		agent_reads(world);
		uv_run(&world->loop, UV_RUN_NOWAIT);
		if (channel->relay != NULL && !channel->has_ended)
			relay_run(channel->relay);
		break;
	case SAY:
		agent_says(world, which, reader_bytes(input, reader_u8(input)));
		break;
	case FAIL:
		agent_says(world, which, (struct byte_view){failure, sizeof(failure)});
		break;
	case HANG_UP:
		agent_reads(world);
		if (world->agent_count > 0)
			shutdown(world->agents[which % world->agent_count], SHUT_RDWR);
		break;
	case END_INPUT:
		if (channel->relay != NULL && !channel->has_ended) {
			relay_end_input(channel->relay);
			relay_run(channel->relay);
		}
		break;
	case CLOSE:
		channel_close(channel);
		break;
	case LOGIN:
		feed_login(channel);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader input = reader_of((struct byte_view){data, size});
	struct world world;

	set_up();
	world_begin(&world);
	while (input.left > 0 && !input.has_failed)
		take_step(&world, reader_u8(&input), &input);
	world_end(&world);
	return 0;
}
