/*
 * fuzz_daemon - the whole front behind its links and Unix sockets, with the cryptography off: peers of all
 * kinds at once, channels and verbs, agents that answer, stall and die, secrets, time that passes and a
 * disk that is full.
 *
 * The input is a series of steps. The first byte of each says which, and for whom: bits 0 to 3 the step, bits
 * 4 and 5 the peer; the second, bits 0 to 2 the channel, and the rest which of the things that the
 * step has to choose from. Some have more bytes behind them.
 */
#include <dirent.h>
#include <libssh/libssh.h>
#include <openssl/evp.h>
#include <sys/socket.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/daemon_peer.h"
#include "tests/fuzz/fake_libssh.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/login.h"

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
	HOST,  /* files of the host hang, its disk is full */
};

enum { PEERS = 4, STEPS_MAX = 400 };

struct play {
	struct world world;
	struct peer peers[PEERS];
	struct peer_totals totals;
};

static struct byte_buf requests[8];
static unsigned request_count;

static void add_request(void (*put)(struct byte_buf *out))
{
	struct byte_buf *request = &requests[request_count++];
	size_t mark;

	byte_buf_init(request, FRAME_LEN_MAX);
	mark = frame_begin(request);
	put(request);
	frame_end(request, mark);
	FUZZ_CHECK(byte_buf_status(request) == 0);
}

static void put_list(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_REQUEST_IDENTITIES);
}

static void put_git_login(struct byte_buf *out)
{
	struct login login = login_sample();

	put_login_request(out, &login, 0);
}

static void put_root_login(struct byte_buf *out)
{
	struct login login = login_sample();

	login.user = view_of("root");
	put_login_request(out, &login, 0);
}

static void put_binding(struct byte_buf *out)
{
	uint8_t seed[32] = {1};
	struct login_host host;

	login_host_init(&host,
			EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed)));
	put_session_bind(out, &host, "session", false);
	login_host_deinit(&host);
}

static void put_file_to_sign(struct byte_buf *out)
{
	struct login login = login_sample();
	struct byte_buf data;

	byte_buf_init(&data, FRAME_LEN_MAX);
	byte_buf_put_bytes(&data, "SSHSIG", 6);
	byte_buf_put_text(&data, "git");
	byte_buf_put_text(&data, "");
	byte_buf_put_text(&data, "sha512");
	byte_buf_put_text(&data,
			  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	byte_buf_put_u8(out, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(out, login.key_blob);
	byte_buf_put_string(out, byte_buf_view(&data));
	byte_buf_put_u32(out, 0);
	byte_buf_deinit(&data);
}

static void put_query(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(out, "query");
}

static void put_removal(struct byte_buf *out)
{
	byte_buf_put_u8(out, 19); /* SSH_AGENTC_REMOVE_ALL_IDENTITIES */
}

static void put_large(struct byte_buf *out)
{
	byte_buf_put_u8(out, 200);
	for (unsigned i = 0; i < 10 * 1024; i++)
		byte_buf_put_u32(out, i);
}

static void set_up(void)
{
	if (request_count > 0)
		return;
	add_request(put_list);
	add_request(put_git_login);
	add_request(put_root_login);
	add_request(put_binding);
	add_request(put_file_to_sign);
	add_request(put_query);
	add_request(put_removal);
	add_request(put_large);
}

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
	static const char *const destinations[] = {"one", "two", "three", ""};
	static const uint32_t windows[] = {UINT32_MAX, 2000001, 100, 0};
	static const uint32_t kinds[] = {SSH_CHANNEL_DIRECT_TCPIP, SSH_CHANNEL_SESSION};

	if (how == 31)
		peer_open(peer, slot, 99, destinations[0], windows[0], 32768, &play->totals);
	else if (how == 30) /* a packet size that makes no sense */
		peer_open(peer, slot, kinds[0], destinations[0], windows[0], 10, &play->totals);
	else
		peer_open(peer, slot, kinds[how >> 2 & 1], destinations[how & 3],
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

/* Whole, or the first or the second half. */
static void request(struct play *play, struct peer *peer, unsigned slot, unsigned how)
{
	struct byte_view bytes = byte_buf_view(&requests[how & 7]);
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
		world_agent_hang_up(agent, which);
}

static void wait_long(struct play *play, unsigned how)
{
	static const uint64_t spans_ms[] = {1, 100, 1000, 6000, 35000, 125000, 400000, 4000000};

	turn(play);
	world_wait(&play->world, spans_ms[how & 7]);
}

static void change_host(struct play *play, unsigned how)
{
	switch (how & 3) {
	case 0:
	case 1:
		world_hold_files(&play->world, how & 1);
		break;
	default:
		world_fill_disk(&play->world, how & 1);
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
	struct agent *agent = &play->world.agents[code >> 4 & 1];

	switch ((enum step)(code & 15)) {
	case TURNS:
		for (unsigned i = 0; i <= (more & 7); i++)
			turn(play);
		break;
	case ANSWER:
		world_agent_answer(agent, more);
		break;
	case SAY:
		world_agent_say(agent, more, reader_bytes(input, reader_u8(input)));
		break;
	case HANG_UP:
		hang_up(agent, more & 15, more >> 4);
		break;
	case WAIT:
		wait_long(play, more);
		break;
	case HOST:
		change_host(play, more);
		break;
	default:
		take_peer_step(play, code, more, input);
	}
}

static void check(struct play *play)
{
	const struct world *world = &play->world;

	for (size_t i = 0; i < IDS; i++) {
		FUZZ_CHECK(world->agents[i].sign_requests <= play->totals.sign_requests[i]);
		FUZZ_CHECK(play->totals.connections[i] > 0 ||
			   world->agents[i].connection_count == 0);
	}
	FUZZ_CHECK(world->front.relays.input_len <= (size_t)PEERS * PEER_SLOTS * FRAME_LEN_MAX);
	if (world->agents[0].has_lied || world->agents[1].has_lied)
		return;
	FUZZ_CHECK(play->totals.signatures <=
		   world->agents[0].signatures + world->agents[1].signatures);
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
	play.world.agents[0].answers = true;
	play.world.agents[1].answers = true;
	for (unsigned steps = 0; input->left > 1 && !input->has_failed && steps < STEPS_MAX;
	     steps++) {
		take_step(&play, input);
		check(&play);
	}
	turn(&play);
	check(&play);
	if (is_strict && !play.world.agents[0].has_lied && !play.world.agents[1].has_lied)
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

	set_up();
	run(&input, reader_u8(&input) & 1);
	/* The first run opens some that stay. */
	FUZZ_CHECK(count_descriptors() == before || !is_set_up);
	is_set_up = true;
	return 0;
}
