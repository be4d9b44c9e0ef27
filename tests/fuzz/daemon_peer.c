#include "tests/fuzz/daemon_peer.h"

#include <fcntl.h>
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/control.h"
#include "agentd/link.h"
#include "agentd/local.h"
#include "agentd/seal.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/daemon_requests.h"
#include "tests/fuzz/fake_clock.h"
#include "tests/fuzz/fake_libssh.h"
#include "tests/fuzz/fuzz.h"

static bool token_covers_id(enum peer_token token, unsigned id)
{
	return token < TOKEN_OVER && (token != TOKEN_OF_ONE || id == 0);
}

static struct byte_view token_text(enum peer_token kind)
{
	static struct byte_buf texts[TOKEN_KINDS];
	struct token token = {.port = 2522, .serial = {(uint8_t)(kind + 1)}};
	struct secret secret = {0};

	if (texts[kind].len > 0)
		return byte_buf_view(&texts[kind]);
	memset(secret.seal_key, kind == TOKEN_OF_OTHERS ? 'o' : 's', sizeof(secret.seal_key));
	snprintf(token.name, sizeof(token.name), "%s",
		 kind == TOKEN_OF_OWN_NAME ? "own-name" : "a-token");
	if (kind == TOKEN_OF_ONE) {
		token.id_count = 1;
		snprintf(token.ids[0], sizeof(token.ids[0]), "%s", daemon_ids[0]);
	}
	token.max_signatures = kind == TOKEN_OF_TWO_SIGNATURES ? 2 : 0;
	token.expiry_s = kind == TOKEN_OVER ? FAKE_CLOCK_BEGUN_S : 0;
	byte_buf_init(&texts[kind], TOKEN_TEXT_MAX);
	FUZZ_CHECK(seal_token(&token, &secret) == 0 && token_format(&token, &texts[kind]) == 0);
	return byte_buf_view(&texts[kind]);
}

static void slot_end(struct peer_slot *slot)
{
	byte_buf_deinit(&slot->fed);
	byte_buf_deinit(&slot->got);
	byte_buf_deinit(&slot->needs);
	*slot = (struct peer_slot){0};
}

static void slot_begin(struct peer_slot *slot, bool is_session, unsigned id, unsigned since)
{
	*slot = (struct peer_slot){
		.is_open = true, .is_session = is_session, .id = id, .since = since};
	byte_buf_init(&slot->fed, PEER_STREAM_MAX);
	byte_buf_init(&slot->got, PEER_STREAM_MAX);
	byte_buf_init(&slot->needs, PEER_STREAM_MAX);
}

/* The peer's end of a new connection; the daemon's in *theirs. */
static void begin(struct peer *peer, enum peer_kind kind, const struct world *world, int *theirs)
{
	int fds[2];
	const int size = 16 * 1024;

	peer_hang_up(peer);
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*peer = (struct peer){.kind = kind, .fd = fds[0], .reads = true, .policy = &world->policy};
	byte_buf_init(&peer->out, PEER_STREAM_MAX);
	byte_buf_init(&peer->in, PEER_STREAM_MAX);
	*theirs = fds[1];
}

void peer_connect(struct peer *peer, struct world *world, bool is_trusted)
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1234)};
	int theirs;

	begin(peer, PEER_LINK, world, &theirs);
	peer->is_trusted = is_trusted;
	link_accept(&world->front, theirs, (const struct sockaddr *)&address, is_trusted);
}

void peer_connect_local(struct peer *peer, struct world *world, unsigned id,
			struct peer_totals *totals)
{
	struct source *source = source_find(&world->front.sources, daemon_ids[id]);
	int theirs;

	/* Else there is no such socket. */
	if (source == NULL)
		return;
	begin(peer, PEER_LOCAL, world, &theirs);
	slot_begin(&peer->slots[0], false, id, world->policy.epoch);
	totals->connections[id]++;
	peer->is_in = true;
	local_accept(&world->front, theirs, source);
}

void peer_connect_control(struct peer *peer, struct world *world)
{
	int theirs;

	begin(peer, PEER_CONTROL, world, &theirs);
	control_accept(&world->front, theirs);
}

void peer_hang_up(struct peer *peer)
{
	if (peer->fd < 0)
		return;
	close(peer->fd);
	peer->fd = -1;
	byte_buf_deinit(&peer->out);
	byte_buf_deinit(&peer->in);
	for (size_t i = 0; i < PEER_SLOTS; i++)
		slot_end(&peer->slots[i]);
}

void peer_say(struct peer *peer, int type, unsigned slot, struct byte_view body)
{
	if (peer->fd >= 0 && peer->kind == PEER_LINK &&
	    peer->out.len + body.len + FAKE_HEADER_LEN < PEER_STREAM_MAX)
		fake_put(&peer->out, type, (uint8_t)slot, body);
}

void peer_login(struct peer *peer, enum peer_token token)
{
	enum { SHOWN_MAX = sizeof(peer->tokens) / sizeof(peer->tokens[0]) };

	if (peer->fd < 0 || peer->kind != PEER_LINK || peer->is_in || peer->shown == SHOWN_MAX)
		return;
	peer->tokens[peer->shown++] = token;
	if (token == TOKEN_KINDS)
		peer_say(peer, FAKE_NONE, 0, view_of("ssh-shim"));
	else
		peer_say(peer, FAKE_PASSWORD, 0, token_text(token));
}

/* By the best of what it has shown, or will have when this is read. */
static bool may_use(const struct peer *peer, unsigned id)
{
	if (peer->is_in)
		return peer->is_trusted || token_covers_id(peer->let_in_by, id);
	for (unsigned i = 0; i < peer->shown; i++) {
		if (token_covers_id(peer->tokens[i], id))
			return true;
	}
	return peer->is_trusted;
}

void peer_open(struct peer *peer, unsigned number, uint32_t kind, const char *destination,
	       uint32_t window, uint32_t packet_size, struct peer_totals *totals)
{
	struct peer_slot *slot = &peer->slots[number];
	struct byte_buf body;
	unsigned id = 0;

	if (peer->fd < 0 || peer->kind != PEER_LINK || slot->is_open)
		return;
	while (id < IDS && strcmp(daemon_ids[id], destination) != 0)
		id++;
	slot_begin(slot, kind == SSH_CHANNEL_SESSION, id, peer->policy->epoch);
	for (unsigned i = 0; i < IDS; i++) {
		/* An offer asks the agents, too. */
		if (may_use(peer, i) && (slot->is_session || i == id))
			totals->connections[i]++;
	}
	byte_buf_init(&body, FAKE_BODY_MAX);
	byte_buf_put_u32(&body, window);
	byte_buf_put_u32(&body, packet_size);
	byte_buf_put_u32(&body, kind);
	byte_buf_put_text(&body, destination);
	byte_buf_put_text(&body, window & 1 ? WIRE_ORIGINATOR_LISTENS : "127.0.0.1");
	peer_say(peer, FAKE_OPEN, number, byte_buf_view(&body));
	byte_buf_deinit(&body);
}

static void count_requests(struct peer *peer, struct peer_slot *slot, struct peer_totals *totals)
{
	size_t body_len;

	while (frame_peek(byte_buf_view(&slot->fed), &body_len) == 0) {
		struct byte_view body = frame_body(byte_buf_view(&slot->fed), body_len);

		slot->requests++;
		byte_buf_put_u8(&slot->needs, (uint8_t)daemon_policy_needs(body, slot->is_bound));
		slot->is_bound = slot->is_bound || daemon_request_binds(body);
		if (slot->fed.data[FRAME_HEADER_LEN] == SSH_AGENTC_SIGN_REQUEST && slot->id < IDS &&
		    may_use(peer, slot->id))
			totals->sign_requests[slot->id]++;
		byte_buf_consume(&slot->fed, FRAME_HEADER_LEN + body_len);
	}
}

void peer_feed(struct peer *peer, unsigned number, struct byte_view bytes,
	       struct peer_totals *totals)
{
	struct peer_slot *slot = &peer->slots[peer->kind == PEER_LINK ? number : 0];

	if (peer->fd < 0 || peer->out.len + bytes.len >= PEER_STREAM_MAX / 2)
		return;
	if (peer->kind == PEER_LINK)
		peer_say(peer, FAKE_DATA, number, bytes);
	else
		byte_buf_put_bytes(&peer->out, bytes.ptr, bytes.len);
	for (unsigned i = 0; i < IDS; i++)
		totals->connections[i] += peer->kind == PEER_CONTROL;
	if (!slot->is_open || slot->is_session)
		return;
	byte_buf_put_bytes(&slot->fed, bytes.ptr, bytes.len);
	count_requests(peer, slot, totals);
}

/* A signature came: for what was asked for, and may be. */
static void take_signature(const struct peer *peer, const struct peer_slot *slot,
			   struct peer_totals *totals)
{
	unsigned needs = slot->needs.data[slot->replies - 1];

	totals->signatures++;
	totals->signatures_of_two += peer->kind == PEER_LINK && !peer->is_trusted &&
				     peer->let_in_by == TOKEN_OF_TWO_SIGNATURES;
	if (!totals->has_lies)
		FUZZ_CHECK(needs != 0 && daemon_policy_allows(peer->policy, slot->id, slot->since,
							      needs | IS_OFFERED));
}

static void take_replies(struct peer *peer, struct peer_slot *slot, struct byte_view bytes,
			 struct peer_totals *totals)
{
	size_t body_len;

	byte_buf_put_bytes(&slot->got, bytes.ptr, bytes.len);
	FUZZ_CHECK(byte_buf_status(&slot->got) == 0);
	while (frame_peek(byte_buf_view(&slot->got), &body_len) == 0) {
		slot->replies++;
		FUZZ_CHECK(slot->replies <= slot->requests);
		if (slot->got.data[FRAME_HEADER_LEN] == SSH_AGENT_SIGN_RESPONSE)
			take_signature(peer, slot, totals);
		byte_buf_consume(&slot->got, FRAME_HEADER_LEN + body_len);
	}
}

static bool has(struct byte_view bytes, const char *text)
{
	return bytes.len > 0 && memmem(bytes.ptr, bytes.len, text, strlen(text)) != NULL;
}

/* An offer, a secret, or the like. */
static void check_told(const struct peer *peer, struct byte_view bytes)
{
	if (peer->is_trusted || peer->let_in_by != TOKEN_OF_ONE)
		return;
	FUZZ_CHECK(!has(bytes, WORLD_MARK) && !has(bytes, "\nsecret "));
	FUZZ_CHECK(!has(bytes, "id two ") && !has(bytes, "id three ") && !has(bytes, "id four "));
	FUZZ_CHECK(!has(bytes, "repo ") && !has(bytes, DAEMON_POLICY_HOST));
}

static void take_login_answer(struct peer *peer, bool is_let_in)
{
	enum peer_token token;

	FUZZ_CHECK(peer->answered < peer->shown && !peer->is_in);
	token = peer->tokens[peer->answered++];
	if (token == TOKEN_KINDS)
		FUZZ_CHECK(is_let_in == peer->is_trusted);
	else
		FUZZ_CHECK(!is_let_in || token < TOKEN_OVER); /* it may be revoked by now */
	if (!is_let_in)
		return;
	peer->is_in = true;
	peer->is_trusted = token == TOKEN_KINDS;
	peer->let_in_by = token;
}

static void take_answer(struct peer *peer, int type, unsigned number, struct byte_view body,
			struct peer_totals *totals)
{
	struct peer_slot *slot = &peer->slots[number];

	if (type == FAKE_LET_IN || type == FAKE_KEPT_OUT) {
		take_login_answer(peer, type == FAKE_LET_IN);
		return;
	}
	if (type == FAKE_BANNER)
		return;
	FUZZ_CHECK(number < PEER_SLOTS);
	if (type == FAKE_OPENED) {
		FUZZ_CHECK(peer->is_in && slot->is_open);
		if (!slot->is_session)
			FUZZ_CHECK(slot->id < IDS && may_use(peer, slot->id) &&
				   daemon_policy_allows(peer->policy, slot->id, slot->since,
							IS_OFFERED));
		slot->is_accepted = true;
	} else if (type == FAKE_REFUSED && slot->is_open && !slot->is_accepted) {
		slot_end(slot);
	} else if (type == FAKE_SENT) {
		FUZZ_CHECK(slot->is_open);
		if (slot->is_session)
			check_told(peer, body);
		else
			take_replies(peer, slot, body, totals);
	} else if (type == FAKE_CLOSED) {
		FUZZ_CHECK(slot->is_open);
		if (!slot->is_close_sent)
			peer_say(peer, FAKE_CLOSE, number, (struct byte_view){0});
		slot_end(slot);
	}
}

/* One line of text, which says if it went well; a token in it is one. */
static void check_control_answer(struct byte_view answer)
{
	static const char ok[] = "ok " TOKEN_PREFIX;
	const uint8_t *newline = memchr(answer.ptr, '\n', answer.len);
	struct token token;

	FUZZ_CHECK(memcmp(answer.ptr, "ok ", answer.len < 3 ? answer.len : 3) == 0 ||
		   memcmp(answer.ptr, "error ", answer.len < 6 ? answer.len : 6) == 0);
	FUZZ_CHECK(newline == NULL || newline + 1 == answer.ptr + answer.len);
	for (size_t i = 0; i < answer.len; i++)
		FUZZ_CHECK(answer.ptr[i] == '\n' || answer.ptr[i] >= 0x20);
	if (newline == NULL || answer.len < sizeof(ok) ||
	    memcmp(answer.ptr, ok, sizeof(ok) - 1) != 0)
		return;
	answer.ptr += strlen("ok ");
	answer.len -= strlen("ok ");
	FUZZ_CHECK(token_parse(answer, &token) == 0);
}

static void take_answers(struct peer *peer, struct peer_totals *totals)
{
	struct byte_view stream = byte_buf_view(&peer->in);
	struct byte_view body;
	uint8_t number;
	int type;

	if (peer->kind == PEER_LOCAL) {
		take_replies(peer, &peer->slots[0], stream, totals);
		stream.len = 0;
	} else if (peer->kind == PEER_CONTROL) {
		check_control_answer(stream); /* which stays, to be looked at as a whole */
	}
	while (peer->kind == PEER_LINK && fake_take(&stream, &type, &number, &body))
		take_answer(peer, type, number, body, totals);
	byte_buf_consume(&peer->in, peer->in.len - stream.len);
}

void peer_turn(struct peer *peer, struct peer_totals *totals)
{
	char block[16 * 1024];
	ssize_t sent;
	ssize_t got;

	if (peer->fd < 0)
		return;
	if (peer->out.len > 0) {
		sent = send(peer->fd, peer->out.data, peer->out.len, MSG_NOSIGNAL);
		if (sent > 0)
			byte_buf_consume(&peer->out, (size_t)sent);
	}
	if (!peer->reads)
		return;
	got = read(peer->fd, block, sizeof(block));
	if (got <= 0)
		return;
	byte_buf_put_bytes(&peer->in, block, (size_t)got);
	FUZZ_CHECK(byte_buf_status(&peer->in) == 0);
	take_answers(peer, totals);
}
