#include "shim/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/log.h"
#include "shim/discover.h"

enum { RETRY_MS = 200, HURRY_MS = 100 };

struct find {
	struct find_request request;
	struct probe probes[CANDIDATES_MAX];
	struct discover *discover; /* NULL: not asking, or not any more */
	uv_timer_t judge;	   /* soon after an outcome, outside of whatever brought it */
	uv_timer_t retry;
	uv_timer_t hurry; /* a name's next address, where one keeps us waiting */
	uv_timer_t deadline;
	int open_handles;
	const struct find_events *events; /* NULL once one has been told */
	void *owner;
	bool is_closing;
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct find *find = handle->data;

	if (--find->open_handles == 0)
		free(find);
}

static void find_stop_asking(struct find *find)
{
	if (find->discover != NULL)
		discover_close(find->discover);
	find->discover = NULL;
}

static void find_stop(struct find *find)
{
	find_stop_asking(find);
	find->events = NULL;
	uv_timer_stop(&find->judge);
	uv_timer_stop(&find->retry);
	uv_timer_stop(&find->hurry);
	uv_timer_stop(&find->deadline);
}

static void find_fail(struct find *find)
{
	const struct find_events *events = find->events;
	enum find_failure failure = FIND_NO_DAEMON;

	for (size_t i = 0; i < find->request.candidates.count; i++) {
		bool is_lie = find->probes[i].outcome == PROBE_OTHER_DAEMON &&
			      find->request.candidates.items[i].is_hint;

		if (find->probes[i].outcome >= PROBE_OTHER_DAEMON && !is_lie)
			failure = FIND_NOT_ALLOWED;
	}
	find_stop(find);
	events->on_failed(find->owner, failure);
}

static void find_succeed(struct find *find, struct probe *winner)
{
	const struct find_events *events = find->events;
	struct found found = {.candidate = winner->candidate};
	const struct byte_view stream = byte_buf_view(&winner->reply);
	size_t body_len;

	candidate_where(winner->candidate, found.where);
	if (winner->candidate->kind == CANDIDATE_UNIX) {
		found.path = winner->path;
		if (frame_peek(stream, &body_len) == 0)
			found.identities = frame_body(stream, body_len);
	} else {
		found.link = probe_take_link(winner);
	}
	find_stop(find);
	for (size_t i = 0; i < find->request.candidates.count; i++) {
		if (&find->probes[i] != winner)
			probe_close(&find->probes[i]);
	}
	events->on_found(find->owner, &found);
}

/*
 * The first in the list of those that proved themselves. A refusal by the very daemon that the
 * token names ends the search: no other can be meant.
 */
static void on_judge(uv_timer_t *timer)
{
	struct find *find = timer->data;
	bool has_token = find->request.credentials->token != NULL;
	bool is_over = find->discover == NULL;
	bool is_refused = false;

	if (find->is_closing || find->events == NULL)
		return;
	for (size_t i = 0; i < find->request.candidates.count; i++) {
		struct probe *probe = &find->probes[i];

		if (probe->outcome == PROBE_FOUND) {
			find_succeed(find, probe);
			return;
		}
		if (probe->outcome == PROBE_REFUSED && has_token &&
		    probe->candidate->kind == CANDIDATE_TCP)
			is_refused = true;
		if (probe->outcome == PROBE_RUNNING ||
		    (find->request.is_patient && probe->outcome < PROBE_OTHER_DAEMON))
			is_over = false;
	}
	if (is_over || is_refused)
		find_fail(find);
}

static void on_probe_done(struct probe *probe)
{
	struct find *find = probe->owner;
	char where[CANDIDATE_WHERE_SIZE];

	candidate_where(probe->candidate, where);
	log_debug("%s (%s): %s", where, probe->candidate->origin, probe->said);
	if (!find->is_closing && find->events != NULL)
		uv_timer_start(&find->judge, on_judge, 0, 0);
}

static void find_start_probe(struct find *find, size_t i)
{
	find->probes[i] = (struct probe){
		.loop = find->judge.loop,
		.candidate = &find->request.candidates.items[i],
		.credentials = find->request.credentials,
		.id = find->request.id,
		.on_done = on_probe_done,
		.owner = find,
	};
	probe_start(&find->probes[i]);
}

static void on_discovered(void *owner, const char *host, uint16_t port)
{
	struct find *find = owner;

	if (candidates_add_hint(&find->request.candidates, host, port) != NULL)
		find_start_probe(find, find->request.candidates.count - 1);
}

static void on_asked(void *owner)
{
	struct find *find = owner;

	find_stop_asking(find);
	uv_timer_start(&find->judge, on_judge, 0, 0);
}

/* Where no network takes broadcasts, there is nobody to be asked. */
static void find_ask(struct find *find)
{
	static const struct discover_events events = {
		.on_answer = on_discovered,
		.on_over = on_asked,
	};
	const struct link_credentials *credentials = find->request.credentials;

	if (find->request.discovers && find->discover == NULL)
		(void)discover_start(find->judge.loop,
				     credentials->token != NULL ? credentials->host_key_hash : NULL,
				     &events, find, &find->discover);
}

/* A daemon may be starting. */
static void on_retry(uv_timer_t *timer)
{
	struct find *find = timer->data;

	if (find->is_closing || find->events == NULL)
		return;
	find_ask(find);
	for (size_t i = 0; i < find->request.candidates.count; i++) {
		enum probe_outcome outcome = find->probes[i].outcome;

		if (outcome == PROBE_ABSENT || outcome == PROBE_SILENT)
			probe_start(&find->probes[i]);
	}
}

static void on_hurry(uv_timer_t *timer)
{
	struct find *find = timer->data;

	if (find->is_closing || find->events == NULL)
		return;
	for (size_t i = 0; i < find->request.candidates.count; i++)
		probe_hurry(&find->probes[i]);
}

static void on_deadline(uv_timer_t *timer)
{
	struct find *find = timer->data;

	/* One may have proved itself in this very turn of the loop. */
	on_judge(&find->judge);
	if (find->is_closing || find->events == NULL)
		return;
	for (size_t i = 0; i < find->request.candidates.count; i++) {
		if (find->probes[i].outcome != PROBE_RUNNING)
			continue;
		/* said tells what it was waiting for */
		find->probes[i].outcome = PROBE_SILENT;
		probe_close(&find->probes[i]);
	}
	find_fail(find);
}

static void timer_init(struct find *find, uv_loop_t *loop, uv_timer_t *timer)
{
	uv_timer_init(loop, timer);
	timer->data = find;
	find->open_handles++;
}

int find_start(uv_loop_t *loop, const struct find_request *request,
	       const struct find_events *events, void *owner, struct find **out)
{
	struct find *find = calloc(1, sizeof(*find));

	if (find == NULL)
		return -ENOMEM;
	find->request = *request;
	find->events = events;
	find->owner = owner;
	timer_init(find, loop, &find->judge);
	timer_init(find, loop, &find->retry);
	timer_init(find, loop, &find->hurry);
	timer_init(find, loop, &find->deadline);
	uv_timer_start(&find->judge, on_judge, 0, 0); /* there may be no candidates */
	uv_timer_start(&find->deadline, on_deadline, request->wait_ms, 0);
	uv_timer_start(&find->hurry, on_hurry, HURRY_MS, HURRY_MS);
	if (request->is_patient)
		uv_timer_start(&find->retry, on_retry, RETRY_MS, RETRY_MS);
	for (size_t i = 0; i < request->candidates.count; i++)
		find_start_probe(find, i);
	find_ask(find);
	*out = find;
	return 0;
}

void find_close(struct find *find)
{
	if (find->is_closing)
		return;
	find->is_closing = true;
	find_stop_asking(find);
	for (size_t i = 0; i < find->request.candidates.count; i++)
		probe_close(&find->probes[i]);
	uv_close((uv_handle_t *)&find->judge, on_handle_closed);
	uv_close((uv_handle_t *)&find->retry, on_handle_closed);
	uv_close((uv_handle_t *)&find->hurry, on_handle_closed);
	uv_close((uv_handle_t *)&find->deadline, on_handle_closed);
}

/* What to do next; NULL where what was said tells it already. */
static const char *advice(const struct find *find, enum find_failure failure)
{
	bool is_link_refused = false;
	bool is_other_daemon = false;

	for (size_t i = 0; i < find->request.candidates.count; i++) {
		const struct probe *probe = &find->probes[i];

		if (probe->outcome == PROBE_OTHER_DAEMON)
			is_other_daemon = true;
		if (probe->outcome == PROBE_REFUSED && probe->candidate->kind == CANDIDATE_TCP)
			is_link_refused = true;
	}
	if (failure == FIND_NO_DAEMON)
		return "start ssh-forward-agentd on the host, or say where it listens: --connect "
		       "HOST[:PORT]";
	if (is_link_refused && find->request.credentials->token == NULL)
		return "give the token that ssh-forward-agentd printed: SSH_SHIM_TOKEN (docker "
		       "build "
		       "--build-arg SSH_SHIM_TOKEN, and ARG SSH_SHIM_TOKEN in the Dockerfile), or "
		       "--token-file";
	if (is_link_refused)
		return "take the token that ssh-forward-agentd printed when it started, or mint "
		       "one: "
		       "ssh-forward-agentd token";
	if (is_other_daemon)
		return "the token belongs to another daemon, or to an earlier run of this one: "
		       "take "
		       "the one that it printed when it started";
	return NULL;
}

void find_report(const struct find *find, enum find_failure failure)
{
	const char *next = advice(find, failure);
	char where[CANDIDATE_WHERE_SIZE];

	if (failure == FIND_NO_DAEMON)
		log_error("no daemon found; tried:");
	else
		log_error("no daemon lets us in; tried:");
	if (find->request.candidates.count == 0)
		log_error("  nothing: no gateway, no mounted socket");
	for (size_t i = 0; i < find->request.candidates.count; i++) {
		const struct probe *probe = &find->probes[i];

		candidate_where(probe->candidate, where);
		log_error("  %s (%s): %s", where, probe->candidate->origin, probe->said);
	}
	if (next != NULL)
		log_error("%s", next);
}
