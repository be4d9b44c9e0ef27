#include "shim/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "shim/printable.h"
#include "shim/unix_path.h"
#include "shim/unix_upstream.h"

/* One address that swallows packets must not eat up the time of the others. */
enum { ADDRESS_TIMEOUT_MS = 1500 };

static void probe_finish(struct probe *probe, enum probe_outcome outcome, const char *said)
{
	probe->outcome = outcome;
	printable_copy(probe->said, sizeof(probe->said), view_of(said));
	probe->on_done(probe);
}

static void on_link_ready(void *owner)
{
	probe_finish(owner, PROBE_FOUND, "found");
}

static void on_link_failed(void *owner, enum link_failure failure, const char *said)
{
	static const enum probe_outcome outcomes[] = {
		[LINK_UNUSABLE] = PROBE_SILENT,
		[LINK_OTHER_DAEMON] = PROBE_OTHER_DAEMON,
		[LINK_REFUSED] = PROBE_REFUSED,
	};
	struct probe *probe = owner;

	probe->link = NULL;
	probe_finish(probe, outcomes[failure], said);
}

/* Between its login and its being taken. */
static void on_link_lost(void *owner, const char *reason)
{
	struct probe *probe = owner;

	probe->link = NULL;
	probe_finish(probe, PROBE_SILENT, reason);
}

static const struct link_events probe_link_events = {
	.on_ready = on_link_ready,
	.on_failed = on_link_failed,
	.on_lost = on_link_lost,
};

static void probe_dial(struct probe *probe, int last_err);

static void on_dialed(void *owner, int err, int fd)
{
	struct probe *probe = owner;

	probe->dial = NULL;
	if (err != 0) {
		probe_dial(probe, err);
		return;
	}
	snprintf(probe->said, sizeof(probe->said), "connected, but no SSH key exchange and login");
	if (link_start(probe->loop, fd, probe->credentials, &probe_link_events, probe,
		       &probe->link) != 0)
		probe_finish(probe, PROBE_SILENT, "the connection broke at once");
}

/* The next address, or the end with what the last one said. */
static void probe_dial(struct probe *probe, int last_err)
{
	while (probe->next_address < probe->resolved.count) {
		snprintf(probe->said, sizeof(probe->said), "no answer to the connection attempt");
		last_err =
			dial_start(probe->loop, &probe->resolved.addresses[probe->next_address++],
				   ADDRESS_TIMEOUT_MS, on_dialed, probe, &probe->dial);
		if (last_err == 0)
			return;
	}
	probe_finish(probe, last_err == -ETIMEDOUT ? PROBE_SILENT : PROBE_ABSENT,
		     strerror(-last_err));
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
		probe_dial(probe, 0);
}

static void probe_start_tcp(struct probe *probe)
{
	const struct candidate *candidate = probe->candidate;

	probe->next_address = 0;
	if (resolve_literal(candidate->host, candidate->port, &probe->resolved)) {
		probe_dial(probe, 0);
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
	if (probe->dial != NULL)
		dial_close(probe->dial);
	if (probe->link != NULL)
		link_close(probe->link);
	if (probe->upstream != NULL)
		upstream_close(probe->upstream);
	probe->resolve = NULL;
	probe->dial = NULL;
	probe->link = NULL;
	probe->upstream = NULL;
	byte_buf_deinit(&probe->reply);
}

struct link *probe_take_link(struct probe *probe)
{
	struct link *link = probe->link;

	probe->link = NULL; /* transferred */
	return link;
}
