/*
 * fuzz_daemon - the whole front behind its links and Unix sockets, with the cryptography off: peers of all
 * kinds at once, channels and verbs, agents that answer, stall and die, secrets, time that passes, a disk that
 * is full, people who are asked, and a configuration that is read again.
 *
 * The input is a series of steps. The first byte of each says which, and for whom: bits 0 to 3 the step, bits
 * 4 and 5 the peer; the second, bits 0 to 2 the channel, and the rest which of the things that the
 * step has to choose from. Some have more bytes behind them.
 */
#include <dirent.h>
#include <libssh/libssh.h>
#include <sys/socket.h>

#include "common/frame.h"
#include "tests/fuzz/daemon_peer.h"
#include "tests/fuzz/daemon_requests.h"
#include "tests/fuzz/fake_askpass.h"
#include "tests/fuzz/fake_libssh.h"
#include "tests/fuzz/fuzz.h"

enum step {
	CONNECT,
	LOGIN,
	OPEN,
	EXEC,
	DATA, /* a length byte and bytes */
	REQUEST,
	WINDOW, /* two bytes */
	ODD,	/* one of the rarer messages */
	TURNS,
	ANSWER,	 /* an agent does */
	SAY,	 /* an agent says: a length byte and bytes */
	HANG_UP, /* an agent does, or begins to answer by itself, or stops to */
	WAIT,
	WORDS, /* for a verb, or the control socket: a length byte and bytes */
	LEAVE, /* a peer hangs up, or stops to read */
	HOST, /* files hang, the disk is full, someone confirms, the configuration or known_hosts changes */
};

enum { PEERS = 4, STEPS_MAX = 400 };

struct play {
	struct world world;
	struct peer peers[PEERS];
	struct peer_totals totals;
};

static void turn(struct play *play)
{
	for (size_t i = 0; i < PEERS; i++)
		peer_turn(&play->peers[i], &play->totals);
	world_turn(&play->world);
	for (size_t i = 0; i < PEERS; i++)
		peer_turn(&play->peers[i], &play->totals);
}

static void connect_peer(struct play *play, struct peer *peer, unsigned how)
{
	if (how < 8)
		peer_connect(peer, &play->world, false);
	else if (how < 16)
		peer_connect(peer, &play->world, true);
	else if (how < 24)
		peer_connect_local(peer, &play->world, how % IDS, &play->totals);
	else
		peer_connect_control(peer, &play->world);
}

static void open_channel(struct play *play, struct peer *peer, unsigned slot, unsigned how)
{
	static const char *const others[] = {"five", ""};
	static const uint32_t windows[] = {UINT32_MAX, 2000001, 100, 0};
	static const uint32_t kinds[] = {SSH_CHANNEL_DIRECT_TCPIP, SSH_CHANNEL_SESSION};

	if (how == 31)
		peer_open(peer, slot, 99, daemon_ids[0], windows[0], 32768, &play->totals);
	else if (how == 30) /* a packet size that makes no sense */
		peer_open(peer, slot, kinds[0], daemon_ids[0], windows[0], 10, &play->totals);
	else if (how >= 28)
		peer_open(peer, slot, kinds[0], others[how & 1], windows[0], 32768, &play->totals);
	else
		peer_open(peer, slot, kinds[how >> 2 & 1], daemon_ids[how & 3],
			  windows[how >> 3 & 3], 32768, &play->totals);
}

static const char *const verbs[] = {"ping",	    "offer",	      "waiting",
				    "secret word",  "secret file",    "secret tree",
				    "secret three", "secret file dir"};
static const char *const lines[] = {"ping\n",
				    "status\n",
				    "token id=one\n",
				    "token expires=1h max-signatures=3\n",
				    "revoke name=a-token\n",
				    "revoke name=own-name\n",
				    "token secret=word name=x\n",
				    "x\n"};

static void exec(struct play *play, struct peer *peer, unsigned slot, unsigned how)
{
	if (peer->kind == PEER_CONTROL)
		peer_feed(peer, slot, view_of(lines[how & 7]), &play->totals);
	else
		peer_say(peer, FAKE_EXEC, slot, view_of(verbs[how & 7]));
}

/* Whole, or the first or the second half, of one of the first eight; or one of the others. */
static void request(struct play *play, struct peer *peer, unsigned slot, unsigned how)
{
	struct byte_view bytes = daemon_request((how & 7) + (how >> 3 == 3 ? 8 : 0));
	size_t half = bytes.len / 2;

	if (how >> 3 == 2) {
		bytes.ptr += half;
		bytes.len -= half;
	} else if (how >> 3 == 1) {
		bytes.len = half;
	}
	while (bytes.len > 0) {
		struct byte_view piece = bytes;

		if (piece.len > 32 * 1024)
			piece.len = 32 * 1024;
		peer_feed(peer, slot, piece, &play->totals);
		bytes.ptr += piece.len;
		bytes.len -= piece.len;
	}
}

static void say_odd(struct peer *peer, unsigned slot, unsigned how)
{
	static const struct {
		int type;
		const char *body;
	} messages[] = {{FAKE_EOF, ""},	      {FAKE_CLOSE, ""},	   {FAKE_STDERR, "oh"},
			{FAKE_GLOBAL, ""},    {FAKE_KEYS, ""},	   {FAKE_KEYS, "over"},
			{FAKE_WITHIN, ""},    {FAKE_WITHIN, "no"}, {FAKE_GSSAPI, "me"},
			{FAKE_DISCONNECT, ""}};
	unsigned which = how % (sizeof(messages) / sizeof(messages[0]));

	if (messages[which].type == FAKE_CLOSE) {
		if (!peer->slots[slot].is_open || peer->slots[slot].is_close_sent)
			return;
		peer->slots[slot].is_close_sent = true;
	}
	if (messages[which].type == FAKE_EOF && peer->kind != PEER_LINK && peer->fd >= 0)
		shutdown(peer->fd, SHUT_WR);
	peer_say(peer, messages[which].type, slot, view_of(messages[which].body));
}

static void say_words(struct play *play, struct peer *peer, unsigned slot, struct byte_view words)
{
	if (peer->kind == PEER_CONTROL)
		peer_feed(peer, slot, words, &play->totals);
	else
		peer_say(peer, FAKE_EXEC, slot, words);
}

static void leave(struct peer *peer, unsigned how)
{
	if (how & 1)
		peer_hang_up(peer);
	else
		peer->reads = !peer->reads;
}

static void hang_up(struct agent *agent, unsigned which, unsigned how)
{
	if (how & 1)
		agent->answers = !agent->answers;
	else
		agent_hang_up(agent, which);
}

static void wait_long(struct play *play, unsigned how)
{
	static const uint64_t spans_ms[] = {1, 100, 1000, 6000, 35000, 125000, 400000, 4000000};

	turn(play);
	world_wait(&play->world, spans_ms[how & 7]);
}

static void change_host(struct play *play, unsigned what, unsigned how)
{
	switch (what) {
	case 0:
	case 1:
		world_hold_files(&play->world, what & 1);
		break;
	case 2:
	case 3:
		world_fill_disk(&play->world, what & 1);
		break;
	case 4:
		fake_askpass_answer(how & 3, (enum askpass_answer)((how >> 2) % ASKPASS_ANSWERS));
		break;
	case 5:
		world_reload(&play->world, how % (CONFIGURATIONS + 1));
		break;
	case 6:
		world_know_hosts(&play->world, (enum world_hosts)(how % WORLD_HOSTS));
		break;
	default:
		fake_askpass_break((how & 1) != 0);
	}
}

static void take_peer_step(struct play *play, uint8_t code, uint8_t more, struct reader *input)
{
	struct peer *peer = &play->peers[code >> 4 & 3];
	unsigned slot = more & 7;
	unsigned how = more >> 3;
	struct byte_buf body;

	switch ((enum step)(code & 15)) {
	case CONNECT:
		connect_peer(play, peer, how);
		break;
	case LOGIN:
		peer_login(peer, (enum peer_token)(how % (TOKEN_KINDS + 1)));
		break;
	case OPEN:
		open_channel(play, peer, slot, how);
		break;
	case EXEC:
		exec(play, peer, slot, how);
		break;
	case DATA:
		peer_feed(peer, slot, reader_bytes(input, reader_u8(input)), &play->totals);
		break;
	case REQUEST:
		request(play, peer, slot, how);
		break;
	case WINDOW:
		byte_buf_init(&body, 4);
		byte_buf_put_u32(&body, (uint32_t)reader_u16(input) << (how & 15));
		peer_say(peer, FAKE_WINDOW, slot, byte_buf_view(&body));
		byte_buf_deinit(&body);
		break;
	case ODD:
		say_odd(peer, slot, how);
		break;
	case WORDS:
		say_words(play, peer, slot, reader_bytes(input, reader_u8(input)));
		break;
	default:
		leave(peer, how);
	}
}

static void take_step(struct play *play, struct reader *input)
{
	uint8_t code = reader_u8(input);
	uint8_t more = reader_u8(input);
	struct agent *agent = &play->world.agents[code >> 4 & 3];

	switch ((enum step)(code & 15)) {
	case TURNS:
		for (unsigned i = 0; i <= (more & 7); i++)
			turn(play);
		break;
	case ANSWER:
		agent_answer(agent, more);
		break;
	case SAY:
		play->totals.has_lies = true;
		agent_say(agent, more, reader_bytes(input, reader_u8(input)));
		break;
	case HANG_UP:
		hang_up(agent, more & 15, more >> 4);
		break;
	case WAIT:
		wait_long(play, more);
		break;
	case HOST:
		change_host(play, more & 7, more >> 3);
		break;
	default:
		take_peer_step(play, code, more, input);
	}
}

static void check(struct play *play)
{
	const struct world *world = &play->world;
	unsigned signatures = 0;

	for (size_t i = 0; i < IDS; i++) {
		FUZZ_CHECK(world->agents[i].sign_requests <= play->totals.sign_requests[i]);
		FUZZ_CHECK(play->totals.connections[i] > 0 ||
			   world->agents[i].connection_count == 0);
		signatures += world->agents[i].signatures;
	}
	FUZZ_CHECK(world->front.relays.input_len <= (size_t)PEERS * PEER_SLOTS * FRAME_LEN_MAX);
	FUZZ_CHECK(fake_askpass_shown() <= world->front.limits.confirm_prompts);
	if (play->totals.has_lies)
		return;
	FUZZ_CHECK(play->totals.signatures <= signatures);
	FUZZ_CHECK(play->totals.signatures_of_two <= 2);
}

static unsigned count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	FUZZ_CHECK(directory != NULL);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void run(struct reader *input, bool is_strict)
{
	struct play play = {0};

	for (size_t i = 0; i < PEERS; i++)
		play.peers[i].fd = -1;
	world_begin(&play.world, is_strict);
	for (unsigned steps = 0; input->left > 1 && !input->has_failed && steps < STEPS_MAX;
	     steps++) {
		take_step(&play, input);
		check(&play);
	}
	turn(&play);
	check(&play);
	if (is_strict && !play.totals.has_lies)
		FUZZ_CHECK(play.totals.signatures <= world_recorded(&play.world));
	for (size_t i = 0; i < PEERS; i++)
		peer_hang_up(&play.peers[i]);
	world_end(&play.world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader input = reader_of((struct byte_view){data, size});
	static bool is_set_up;
	unsigned before = count_descriptors();

	run(&input, reader_u8(&input) & 1);
	/* The first run opens some that stay. */
	FUZZ_CHECK(count_descriptors() == before || !is_set_up);
	is_set_up = true;
	return 0;
}
