#include "shim/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/address.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "shim/printable.h"
#include "shim/unix_path.h"
#include "shim/unix_upstream.h"

enum {
	/* A first packet that was lost is sent again after a second; who has not answered then will not. */
	ADDRESS_TIMEOUT_MS = 1500,
	/* How long an address keeps the next one waiting: one that swallows packets, and one that speaks no SSH, or
	 * not yet, as a daemon with many logins at once. */
	DIAL_PATIENCE_MS = 300,
	LINK_PATIENCE_MS = 1000,
};

static void probe_finish(struct probe *probe, enum probe_outcome outcome, const char *said)
{
	probe->outcome = outcome;
	printable_copy(probe->said, sizeof(probe->said), view_of(said));
	probe->on_done(probe);
}

static void attempt_close(struct probe_attempt *attempt)
{
	if (attempt->dial != NULL)
		dial_close(attempt->dial);
	if (attempt->link != NULL)
		link_close(attempt->link);
	attempt->dial = NULL;
	attempt->link = NULL;
	if (attempt->outcome == PROBE_RUNNING)
		attempt->outcome = PROBE_SILENT;
}

/* What its only address said, or each of them. */
static void probe_sum_up(const struct probe *probe, char *said, size_t size)
{
	char address[ADDRESS_TEXT_MAX];
	size_t len = 0;

	said[0] = '\0';
	for (size_t i = 0; i < probe->attempt_count && len < size; i++) {
		const struct sockaddr *sockaddr =
			(const struct sockaddr *)&probe->resolved.addresses[i];

		if (probe->resolved.count > 1)
			len += (size_t)snprintf(said + len, size - len, "%s%s: ", i > 0 ? "; " : "",
						address_format(sockaddr, address));
		if (len < size)
			len += (size_t)snprintf(said + len, size - len, "%s",
						probe->attempts[i].said);
	}
}

static void attempt_say(struct probe_attempt *attempt, enum probe_outcome outcome, const char *said)
{
	attempt->outcome = outcome;
	attempt->since_ms = uv_now(attempt->probe->loop);
	snprintf(attempt->said, sizeof(attempt->said), "%s", said);
	probe_sum_up(attempt->probe, attempt->probe->said, sizeof(attempt->probe->said));
}

/* Ends the probe; of its attempts none but keep goes on. */
static void probe_end(struct probe *probe, enum probe_outcome outcome,
		      const struct probe_attempt *keep)
{
	char said[LINK_SAID_SIZE];

	for (size_t i = 0; i < probe->attempt_count; i++) {
		if (&probe->attempts[i] != keep)
			attempt_close(&probe->attempts[i]);
	}
	probe_sum_up(probe, said, sizeof(said));
	probe_finish(probe, outcome, outcome == PROBE_FOUND ? "found" : said);
}

static bool probe_try_next(struct probe *probe);

/* One attempt has come to nothing. */
static void attempt_fail(struct probe_attempt *attempt, enum probe_outcome outcome,
			 const char *said)
{
	struct probe *probe = attempt->probe;
	enum probe_outcome worst = PROBE_ABSENT;

	attempt_say(attempt, outcome, said);
	/* All addresses of a name are one daemon to us, or replicas of one: no other would say yes. */
	if (outcome == PROBE_REFUSED) {
		probe_end(probe, PROBE_REFUSED, NULL);
		return;
	}
	probe->outcome = PROBE_RUNNING; /* again, if a link was lost before it was taken */
	if (probe_try_next(probe))
		return;
	for (size_t i = 0; i < probe->attempt_count; i++) {
		if (probe->attempts[i].outcome == PROBE_RUNNING)
			return;
		if (probe->attempts[i].outcome > worst)
			worst = probe->attempts[i].outcome;
	}
	probe_end(probe, worst, NULL);
}

static void on_link_ready(void *owner)
{
	struct probe_attempt *attempt = owner;

	attempt->outcome = PROBE_FOUND;
	probe_end(attempt->probe, PROBE_FOUND, attempt);
}

static void on_link_failed(void *owner, enum link_failure failure, const char *said)
{
	static const enum probe_outcome outcomes[] = {
		[LINK_UNUSABLE] = PROBE_SILENT,
		[LINK_OTHER_DAEMON] = PROBE_OTHER_DAEMON,
		[LINK_REFUSED] = PROBE_REFUSED,
	};
	struct probe_attempt *attempt = owner;

	attempt->link = NULL;
	attempt_fail(attempt, outcomes[failure], said);
}

/* Between its login and its being taken. */
static void on_link_lost(void *owner, const char *reason)
{
	struct probe_attempt *attempt = owner;

	attempt->link = NULL;
	attempt_fail(attempt, PROBE_SILENT, reason);
}

static const struct link_events probe_link_events = {
	.on_ready = on_link_ready,
	.on_failed = on_link_failed,
	.on_lost = on_link_lost,
};

static void attempt_fail_dial(struct probe_attempt *attempt, int err)
{
	attempt_fail(attempt, err == -ETIMEDOUT ? PROBE_SILENT : PROBE_ABSENT, strerror(-err));
}

static void on_dialed(void *owner, int err, int fd)
{
	struct probe_attempt *attempt = owner;
	struct probe *probe = attempt->probe;

	attempt->dial = NULL;
	if (err != 0) {
		attempt_fail_dial(attempt, err);
		return;
	}
	attempt_say(attempt, PROBE_RUNNING, "connected, but no SSH key exchange and login");
	err = link_start(probe->loop, fd, probe->credentials, &probe_link_events, attempt,
			 &attempt->link);
	if (err != 0)
		attempt_fail(attempt, PROBE_SILENT,
			     err == -ECONNABORTED ? "the connection broke at once"
						  : strerror(-err));
}

/* False if there is no further address. What comes of it may be known when this returns. */
static bool probe_try_next(struct probe *probe)
{
	struct probe_attempt *attempt;
	int err;

	if (probe->attempt_count == probe->resolved.count)
		return false;
	attempt = &probe->attempts[probe->attempt_count];
	*attempt = (struct probe_attempt){.probe = probe};
	probe->attempt_count++;
	attempt_say(attempt, PROBE_RUNNING, "no answer to the connection attempt");
	err = dial_start(probe->loop, &probe->resolved.addresses[probe->attempt_count - 1],
			 ADDRESS_TIMEOUT_MS, on_dialed, attempt, &attempt->dial);
	if (err != 0)
		attempt_fail_dial(attempt, err);
	return true;
}

void probe_hurry(struct probe *probe)
{
	const struct probe_attempt *last;
	uint64_t patience_ms;

	if (probe->outcome != PROBE_RUNNING || probe->attempt_count == 0)
		return;
	last = &probe->attempts[probe->attempt_count - 1];
	patience_ms = last->link != NULL ? LINK_PATIENCE_MS : DIAL_PATIENCE_MS;
	if (uv_now(probe->loop) - last->since_ms >= patience_ms)
		(void)probe_try_next(probe);
}

static void on_resolved(void *owner, const struct resolved *resolved, const char *reason)
{
	struct probe *probe = owner;

	probe->resolved = *resolved;
	resolve_close(probe->resolve);
	probe->resolve = NULL;
	if (probe->resolved.count == 0)
		probe_finish(probe, PROBE_ABSENT, reason);
	else
		(void)probe_try_next(probe);
}

static void probe_start_tcp(struct probe *probe)
{
	const struct candidate *candidate = probe->candidate;

	if (resolve_literal(candidate->host, candidate->port, &probe->resolved)) {
		(void)probe_try_next(probe);
		return;
	}
	snprintf(probe->said, sizeof(probe->said), "the name is not resolved yet");
	if (resolve_start(probe->loop, candidate->host, candidate->port,
			  candidate->is_absolute_name, on_resolved, probe, &probe->resolve) != 0)
		probe_finish(probe, PROBE_ABSENT, "names cannot be resolved here");
}

static void on_upstream_open(void *owner)
{
	static const uint8_t list_request[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};
	struct probe *probe = owner;

	/* An error is followed by on_closed. */
	(void)upstream_send(probe->upstream,
			    (struct byte_view){.ptr = list_request, .len = sizeof(list_request)});
}

static bool on_upstream_data(void *owner, struct byte_view bytes)
{
	struct probe *probe = owner;

	byte_buf_put_bytes(&probe->reply, bytes.ptr, bytes.len);
	return byte_buf_status(&probe->reply) == 0;
}

static void on_upstream_ready(void *owner)
{
	struct probe *probe = owner;
	struct byte_view stream = byte_buf_view(&probe->reply);
	size_t body_len;
	int err = frame_peek(stream, &body_len);

	if (err == -EAGAIN)
		return;
	upstream_close(probe->upstream);
	probe->upstream = NULL;
	if (err != 0 || frame_body(stream, body_len).ptr[0] != SSH_AGENT_IDENTITIES_ANSWER)
		probe_finish(probe, PROBE_SILENT, "does not answer as an agent does");
	else
		probe_finish(probe, PROBE_FOUND, "found");
}

static void on_upstream_closed(void *owner, const char *reason)
{
	struct probe *probe = owner;

	probe->upstream = NULL;
	probe_finish(probe, PROBE_ABSENT, reason != NULL ? reason : "closed the connection");
}

static const struct upstream_events probe_upstream_events = {
	.on_open = on_upstream_open,
	.on_data = on_upstream_data,
	.on_ready = on_upstream_ready,
	.on_closed = on_upstream_closed,
};

static void probe_start_unix(struct probe *probe)
{
	char path[sizeof(probe->path)]; /* or what is wrong with it */
	int err = unix_path_choose(probe->candidate->path, probe->id, path, sizeof(path));

	if (err == 0) {
		snprintf(probe->path, sizeof(probe->path), "%s", path);
		snprintf(probe->said, sizeof(probe->said),
			 "connected, but no answer to a list of identities");
		err = unix_upstream_open(probe->loop, path, &probe_upstream_events, probe,
					 &probe->upstream);
		if (err == 0)
			return;
		snprintf(path, sizeof(path), "%s", strerror(-err));
	}
	probe_finish(probe, err == -EPERM ? PROBE_REFUSED : PROBE_ABSENT, path);
}

void probe_start(struct probe *probe)
{
	probe_close(probe);
	byte_buf_init(&probe->reply, FRAME_LEN_MAX);
	probe->outcome = PROBE_RUNNING;
	if (probe->candidate->kind == CANDIDATE_UNIX)
		probe_start_unix(probe);
	else
		probe_start_tcp(probe);
}

void probe_close(struct probe *probe)
{
	if (probe->resolve != NULL)
		resolve_close(probe->resolve);
	for (size_t i = 0; i < probe->attempt_count; i++)
		attempt_close(&probe->attempts[i]);
	probe->attempt_count = 0;
	if (probe->upstream != NULL)
		upstream_close(probe->upstream);
	probe->resolve = NULL;
	probe->upstream = NULL;
	byte_buf_deinit(&probe->reply);
}

struct link *probe_take_link(struct probe *probe)
{
	struct link *link = NULL;

	for (size_t i = 0; i < probe->attempt_count; i++) {
		if (probe->attempts[i].link == NULL)
			continue;
		link = probe->attempts[i].link;
		probe->attempts[i].link = NULL; /* transferred */
	}
	return link;
}
