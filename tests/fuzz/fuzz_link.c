/*
 * fuzz_link - the shim's end of a link, with the cryptography off: a daemon that says what it likes while
 * programs ask for keys and signatures, the shim asks for an offer, and whether a signature waits for somebody.
 *
 * The input is a series of steps. The first byte of each says which, the second of what: bits 0 to 3 a
 * channel or a program, and the rest which of the things that the step has to choose from.
 */
#include <sys/socket.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "shim/offer.h"
#include "tests/fuzz/fake_clock.h"
#include "tests/fuzz/fake_libssh.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/link_world.h"
#include "tests/support/login.h"

enum step {
	HELLO,
	LOGIN,
	YES,
	NO,
	DATA, /* a length byte and bytes */
	REPLY,
	REMARK, /* a length byte and bytes */
	WORDS,	/* an answer to a verb, its end and status */
	END,
	WINDOW,
	PROGRAM,
	REQUEST,
	ASK,
	TURNS,
	WAIT,
	ODD,
	STEPS,
};

enum { STEPS_MAX = 300 };

static struct byte_buf requests[4];

static void add_request(size_t index, void (*put)(struct byte_buf *out))
{
	size_t mark;

	byte_buf_init(&requests[index], FRAME_LEN_MAX);
	mark = frame_begin(&requests[index]);
	put(&requests[index]);
	frame_end(&requests[index], mark);
}

static void put_list(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_REQUEST_IDENTITIES);
}

static void put_login_to_sign(struct byte_buf *out)
{
	struct login login = login_sample();

	put_login_request(out, &login, 0);
}

static void put_query(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(out, "query");
}

static void put_large(struct byte_buf *out)
{
	for (unsigned i = 0; i < 50 * 1024; i++)
		byte_buf_put_u32(out, i);
}

static void set_up(void)
{
	if (requests[0].len > 0)
		return;
	add_request(0, put_list);
	add_request(1, put_login_to_sign);
	add_request(2, put_query);
	add_request(3, put_large);
}

static void on_program_gone(struct agent_conn *conn)
{
	struct program *program = conn->owner;

	program->conn = NULL;
}

/* Comes, or goes. */
static void program_step(struct world *world, struct program *program, unsigned how)
{
	int fds[2];

	if (program->fd >= 0 && how & 1)
		shutdown(program->fd, SHUT_WR);
	else if (program->fd >= 0)
		program_end(program);
	else if (program->conn == NULL && world->is_up) {
		FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
				      fds) == 0);
		program->fd = fds[0];
		byte_buf_init(&program->fed, LINK_STREAM_MAX);
		byte_buf_init(&program->got, LINK_STREAM_MAX);
		FUZZ_CHECK(agent_conn_start(&world->loop, fds[1], &world->uplink, "one",
					    on_program_gone, program, &program->conn) == 0);
	}
}

static void program_ask(struct program *program, unsigned how)
{
	struct byte_view bytes = byte_buf_view(&requests[how & 3]);
	size_t body_len;
	ssize_t sent;

	if (how & 4)
		bytes.len /= 2;
	sent = program->fd >= 0 ? send(program->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL) : -1;
	if (sent <= 0 || program->fed.len > LINK_STREAM_MAX / 2)
		return;
	byte_buf_put_bytes(&program->fed, bytes.ptr, (size_t)sent);
	while (frame_peek(byte_buf_view(&program->fed), &body_len) == 0) {
		program->requests++;
		byte_buf_consume(&program->fed, FRAME_HEADER_LEN + body_len);
	}
}

static void on_answered(void *owner, int err, struct byte_view answer)
{
	struct ask **ask = owner;
	struct offer offer;

	*ask = NULL;
	if (err == 0 && offer_parse(answer, &offer) == 0)
		offer_deinit(&offer);
}

static void ask(struct world *world, unsigned which, unsigned how)
{
	struct ask **place = &world->asks[which % ASKS];

	if (*place != NULL && how & 1) {
		ask_close(*place);
		*place = NULL;
	} else if (*place == NULL && world->is_up && world->uplink.link != NULL) {
		FUZZ_CHECK(ask_start(world->uplink.link, "offer", 5000, 4096, on_answered, place,
				     place) == 0);
	}
}

static void say_words(struct world *world, unsigned number, unsigned how)
{
	static const char *const words[] = {
		"waiting confirm one login git git.example.com\nend\n",
		"waiting agent one login git -\nwaiting agent one sshsig git\nend\n",
		"ssh-forward-agent-offer 1\ndaemon 1\nid one agent ok\nend\n",
		"waiting confirm \033[31m x y z\n",
	};
	uint8_t status = (uint8_t)(how >> 2 & 1);

	world_say(world, FAKE_DATA, number, view_of(words[how & 3]));
	world_say(world, FAKE_STATUS, number, (struct byte_view){&status, 1});
	world_say(world, FAKE_EOF, number, (struct byte_view){0});
	world_say(world, FAKE_CLOSE, number, (struct byte_view){0});
}

static void say_reply(struct world *world, unsigned number, unsigned how)
{
	static const uint8_t replies[][9] = {
		{0, 0, 0, 1, SSH_AGENT_FAILURE},
		{0, 0, 0, 5, SSH_AGENT_SIGN_RESPONSE, 0, 0, 0, 0},
		{0, 0, 0, 1, SSH_AGENT_SUCCESS},
		{0, 4, 0, 1, SSH_AGENT_SUCCESS}, /* too long */
	};

	world_say(world, FAKE_DATA, number, (struct byte_view){replies[how & 3], how & 1 ? 9 : 5});
}

static void say_odd(struct world *world, unsigned how)
{
	static const struct {
		int type;
		const char *body;
	} messages[] = {{FAKE_KEYS, ""},     {FAKE_KEYS, "over"},   {FAKE_WITHIN, ""},
			{FAKE_WITHIN, "no"}, {FAKE_DISCONNECT, ""}, {FAKE_BANNER, "no\033, go"},
			{FAKE_DENIED, ""}};

	if (how % 8 == 7 && world->daemon_fd >= 0) {
		close(world->daemon_fd);
		world->daemon_fd = -1;
	} else if (how % 8 < 7) {
		world_say(world, messages[how % 8].type, 0, view_of(messages[how % 8].body));
	}
}

static void greet(struct world *world, unsigned how)
{
	uint8_t hash[sizeof(our_hash)];

	if (world->has_greeted)
		return; /* libssh takes but one */
	memcpy(hash, our_hash, sizeof(hash));
	hash[31] ^= how & 1;
	world->is_ours = !(how & 1);
	world->has_greeted = true;
	world_say(world, FAKE_HELLO, 0, (struct byte_view){hash, sizeof(hash)});
}

static void wait_long(struct world *world, unsigned how)
{
	static const uint64_t spans_ms[] = {10, 1000, 3000, 20000};

	world_turn(world);
	fake_clock_advance(spans_ms[how & 3]);
	world_turn(world);
}

static void take_daemon_step(struct world *world, enum step step, unsigned which, unsigned how,
			     struct reader *input)
{
	static const uint8_t window[4] = {0, 0, 255, 255};

	switch (step) {
	case HELLO:
		greet(world, how);
		break;
	case LOGIN:
		world_say(world, how & 1 ? FAKE_KEPT_OUT : FAKE_LET_IN, 0, (struct byte_view){0});
		break;
	case YES:
	case NO:
		world_say(world, step == YES ? FAKE_OPENED : FAKE_REFUSED, which,
			  (struct byte_view){0});
		break;
	case DATA:
	case REMARK:
		world_say(world, step == DATA ? FAKE_DATA : FAKE_STDERR, which,
			  reader_bytes(input, reader_u8(input)));
		break;
	case REPLY:
		say_reply(world, which, how);
		break;
	case WORDS:
		say_words(world, which, how);
		break;
	case END:
		world_say(world, how & 1 ? FAKE_EOF : FAKE_CLOSE, which, (struct byte_view){0});
		break;
	case WINDOW:
		world_say(world, FAKE_WINDOW, which, (struct byte_view){window, 4});
		break;
	default:
		say_odd(world, how);
	}
}

static void take_step(struct world *world, struct reader *input)
{
	enum step step = (enum step)(reader_u8(input) % STEPS);
	uint8_t more = reader_u8(input);
	unsigned which = more & 15;
	unsigned how = more >> 4;

	switch (step) {
	case PROGRAM:
		program_step(world, &world->programs[which % PROGRAMS], how);
		break;
	case REQUEST:
		program_ask(&world->programs[which % PROGRAMS], how);
		break;
	case ASK:
		ask(world, which, how);
		break;
	case TURNS:
		for (unsigned i = 0; i <= which; i++)
			world_turn(world);
		break;
	case WAIT:
		wait_long(world, how);
		break;
	default:
		take_daemon_step(world, step, which, how, input);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader input = reader_of((struct byte_view){data, size});
	struct world world;

	set_up();
	world_begin(&world, reader_u8(&input) & 1);
	for (unsigned i = 0; input.left > 1 && !input.has_failed && i < STEPS_MAX; i++)
		take_step(&world, &input);
	world_end(&world);
	return 0;
}
