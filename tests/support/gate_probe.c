/*
 * gate_probe - judges a recorded agent connection as the daemon's gate does, then tries to deceive
 * the gate with it.
 *
 * usage: gate_probe FILE
 *
 * FILE holds the requests of one connection of ssh, with one session-bind in front (record_agent.c).
 * All must pass as they are. Then no prefix and no altered byte of the session-bind may pass, nor of
 * a login after it; but for the user name, which nothing but policy can judge. Prints a line for
 * each of these requests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agentd/gate.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/key_blob.h"
#include "tests/support/exact.h"

static struct policy policy;
static struct rules rules = {.policy = &policy};
static struct byte_buf record;
static struct gate bound; /* as after the session-bind */

static _Noreturn void die(const char *what, size_t where)
{
	fprintf(stderr, "gate_probe: %s (byte %zu)\n", what, where);
	exit(EXIT_FAILURE);
}

static void read_record(const char *path)
{
	uint8_t block[4096];
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	byte_buf_init(&record, (size_t)16 * FRAME_LEN_MAX);
	while (fd >= 0 && (len = read(fd, block, sizeof(block))) > 0)
		byte_buf_put_bytes(&record, block, (size_t)len);
	if (fd < 0 || byte_buf_status(&record) != 0)
		die("cannot read the record", 0);
	close(fd);
}

/* From a gate in this state, of which nothing is kept. */
static bool passes(struct gate gate, const uint8_t *bytes, size_t len)
{
	struct byte_view copy = exact_copy(bytes, len);
	bool does = gate_decide(&gate, copy).passes;

	exact_free(copy);
	return does;
}

/* spared: bytes that may be altered. */
static size_t probe(struct gate gate, struct byte_view request, struct byte_view spared)
{
	uint8_t *copy = malloc(request.len);
	size_t refused = 0;

	if (copy == NULL)
		die("out of memory", 0);
	for (size_t len = 1; len < request.len; len++) {
		if (passes(gate, request.ptr, len))
			die("a part of a request passes", len);
	}
	for (size_t i = 1; i < request.len; i++) {
		memcpy(copy, request.ptr, request.len);
		copy[i] ^= 1;
		if (request.ptr + i >= spared.ptr && request.ptr + i < spared.ptr + spared.len)
			continue;
		if (passes(gate, copy, request.len))
			die("an altered request passes", i);
		refused++;
	}
	free(copy);
	return refused;
}

static void probe_bind(struct byte_view request)
{
	const struct byte_view is_forwarding = {request.ptr + request.len - 1, 1};
	struct session_bind bind;
	struct byte_view type;
	struct gate gate;

	gate_init(&gate, &rules);
	if (bound.bindings.count != 1 || session_bind_parse(request, &bind) != 0)
		die("not the first session-bind", 0);
	type = key_blob_type(bind.host_key_blob);
	printf("session-bind %.*s refused=%zu\n", (int)type.len, (const char *)type.ptr,
	       probe(gate, request, is_forwarding));
}

static void probe_login(struct byte_view request)
{
	struct sign_request sign;
	struct userauth auth;

	if (agent_parse_sign_request(request, &sign) != 0 || userauth_parse(sign.data, &auth) != 0)
		die("not a login", 0);
	printf("login %s %.*s refused=%zu\n", auth.host_key_blob.len > 0 ? "host-bound" : "plain",
	       (int)auth.algorithm.len, (const char *)auth.algorithm.ptr,
	       probe(bound, request, auth.user));
}

int main(int argc, char **argv)
{
	struct byte_view left;
	size_t body_len;

	if (argc != 2)
		return EXIT_FAILURE;
	read_record(argv[1]);
	gate_init(&bound, &rules);
	for (left = byte_buf_view(&record); frame_peek(left, &body_len) == 0;) {
		struct byte_view request = frame_body(left, body_len);
		struct gate_decision decision = gate_decide(&bound, request);

		if (!decision.passes)
			die(decision.reason, 0);
		if (decision.kind == GATE_BIND)
			probe_bind(request);
		else if (decision.kind == GATE_SIGN)
			probe_login(request);
		left.ptr += FRAME_HEADER_LEN + body_len;
		left.len -= FRAME_HEADER_LEN + body_len;
	}
	byte_buf_deinit(&record);
	return left.len == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
