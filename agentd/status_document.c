#include "agentd/status_document.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agentd/json_text.h"
#include "agentd/link.h"
#include "agentd/listeners.h"
#include "agentd/local.h"
#include "agentd/status_ids.h"
#include "agentd/status_list.h"
#include "version.h"

enum { DOCUMENT_VERSION = 1, LIST_MAX = 4096 };

/* Bytes of the document for each kind of list, so that none takes it all: less than STATUS_LEN_MAX together. */
enum {
	LINKS_ROOM = 2048 * 1024,
	IDS_ROOM = 512 * 1024,
	KEYS_ROOM = 768 * 1024, /* divided among the ids */
	REST_ROOM = 96 * 1024,	/* for each of the others */
};

/* The names of members, numbers, punctuation, and names that are ASCII. */
enum {
	LINK_SIZE = 192 + TOKEN_NAME_MAX,
	REQUEST_SIZE = 256 + FINGERPRINT_TEXT_MAX + ID_NAME_MAX,
	LISTENER_SIZE = 128 + ID_NAME_MAX,
	SECRET_SIZE = 64 + ID_NAME_MAX,
};

static json_t *json_of_second(time_t second)
{
	return json_of_time((struct timespec){.tv_sec = second});
}

/* Since when, and how long ago that is. */
static json_t *since_of(const struct grant *grant)
{
	return json_of_second(grant->since);
}

static json_t *age_of(const struct grant *grant)
{
	return json_integer((json_int_t)(lease_clock_s() - grant->since_s));
}

static int put_ids(json_t *document, const struct identity_query *queries, size_t count)
{
	size_t room = IDS_ROOM;
	const size_t key_room = KEYS_ROOM / (count > 0 ? count : 1);
	struct status_list ids;

	status_list_init(&ids, LIST_MAX, &room);
	for (size_t i = 0; i < count; i++) {
		if (status_list_has_room(&ids, status_size_of_id(queries[i].source)))
			status_list_add(&ids, status_of_id(&queries[i], key_room));
	}
	return status_list_move(&ids, document, "ids");
}

static json_t *token_of(const struct grant *grant)
{
	return grant->has_token ? json_of_text(grant->token.name) : json_null();
}

static size_t size_of_peer(const struct grant *grant)
{
	return LINK_SIZE + STATUS_STRING_SIZE(strlen(grant->peer));
}

static int put_links(json_t *document, const struct front *front)
{
	size_t room = LINKS_ROOM;
	struct status_list links;
	const struct link *link;

	status_list_init(&links, LIST_MAX, &room);
	LIST_FOREACH(link, &front->links, entry) {
		if (link->is_closing || !status_list_has_room(&links, size_of_peer(&link->grant)))
			continue;
		status_list_add(&links,
				json_pack("{s:I, s:o, s:o, s:o, s:o, s:b, s:I}", "link",
					  (json_int_t)link->grant.link, "peer",
					  json_of_text(link->grant.peer), "since",
					  since_of(&link->grant), "seconds", age_of(&link->grant),
					  "token", token_of(&link->grant), "logged_in",
					  link->is_logged_in, "agent_connections",
					  (json_int_t)link->grant.relay_count));
	}
	return status_list_move(&links, document, "links");
}

static int put_locals(json_t *document, const struct front *front)
{
	size_t room = REST_ROOM;
	struct status_list locals;
	const struct local *local;

	status_list_init(&locals, LIST_MAX, &room);
	LIST_FOREACH(local, &front->locals, entry) {
		if (local->is_closing ||
		    !status_list_has_room(&locals, size_of_peer(&local->grant)))
			continue;
		status_list_add(&locals,
				json_pack("{s:I, s:o, s:o, s:o, s:s}", "link",
					  (json_int_t)local->grant.link, "peer",
					  json_of_text(local->grant.peer), "since",
					  since_of(&local->grant), "seconds", age_of(&local->grant),
					  "id", relay_id(local->relay)));
	}
	return status_list_move(&locals, document, "local_connections");
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_of_text(text) : json_null();
}

/* A request that is being served: what it is about, and whom it waits for. */
static json_t *status_of_request(const struct record *record, uint64_t now_ns)
{
	const struct gate_login *login = &record->decision.login;
	const char *waits_for = "connection";
	char key[FINGERPRINT_TEXT_MAX];

	record_key_text(record, key);
	if (record->is_confirming)
		waits_for = "confirmation";
	else if (record->sent_ns != 0)
		waits_for = "source";
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "link",
			 (json_int_t)record->grant->link, "id", record->id, "kind",
			 json_of_text(record->kind), "key", text_or_null(key), "user",
			 text_or_null(login->user), "host", json_of_text(login->host), "namespace",
			 text_or_null(login->sshsig_namespace), "waits_for", waits_for, "ms",
			 json_of_duration(now_ns - record->begun_ns));
}

static size_t size_of_request(const struct record *record)
{
	const struct gate_login *login = &record->decision.login;
	const char *host = login->host != NULL ? login->host : "";

	return REQUEST_SIZE + STATUS_STRING_SIZE(strlen(login->user)) +
	       STATUS_STRING_SIZE(strlen(host)) +
	       STATUS_STRING_SIZE(strlen(login->sshsig_namespace));
}

static int put_requests(json_t *document, const struct front *front)
{
	const uint64_t now_ns = uv_hrtime();
	size_t room = REST_ROOM;
	struct status_list requests;
	const struct record *record;

	status_list_init(&requests, LIST_MAX, &room);
	LIST_FOREACH(record, &front->relays.records, entry) {
		if (status_list_has_room(&requests, size_of_request(record)))
			status_list_add(&requests, status_of_request(record, now_ns));
	}
	return status_list_move(&requests, document, "requests");
}

static void on_listener(void *owner, const struct listener_description *listener)
{
	struct status_list *list = owner;
	size_t interface_len = listener->interface != NULL ? strlen(listener->interface) : 0;

	if (status_list_has_room(list, LISTENER_SIZE + STATUS_STRING_SIZE(strlen(listener->where)) +
					       STATUS_STRING_SIZE(interface_len)))
		status_list_add(list, json_pack("{s:s, s:o, s:o, s:o, s:b}", "kind", listener->kind,
						"where", json_of_text(listener->where), "id",
						json_of_text(listener->id), "interface",
						json_of_text(listener->interface), "needs_token",
						listener->needs_token));
}

static int put_listeners(json_t *document, const struct front *front)
{
	size_t room = REST_ROOM;
	struct status_list list;

	status_list_init(&list, LIST_MAX, &room);
	if (front->listeners != NULL)
		listeners_describe(front->listeners, on_listener, &list);
	return status_list_move(&list, document, "listeners");
}

static int put_secrets(json_t *document, const struct front *front)
{
	size_t room = REST_ROOM;
	struct status_list secrets;

	status_list_init(&secrets, LIST_MAX, &room);
	for (size_t i = 0; i < front->secrets.count; i++) {
		const struct offered_secret *secret = &front->secrets.list[i];
		size_t path_len = secret->path != NULL ? strlen(secret->path) : 0;

		if (status_list_has_room(&secrets, SECRET_SIZE + STATUS_STRING_SIZE(path_len)))
			status_list_add(&secrets, json_pack("{s:s, s:o}", "secret", secret->name,
							    "path", json_of_text(secret->path)));
	}
	return status_list_move(&secrets, document, "secrets");
}

/* null where there is no log. */
static json_t *status_of_audit(const struct audit *audit)
{
	const struct audit_writer *writer;
	const char *fault = NULL;

	if (audit == NULL || !audit->is_on)
		return json_null();
	writer = &audit->writer;
	if (writer->failure != 0)
		fault = strerror(-writer->failure);
	return json_pack(
		"{s:o, s:s, s:o, s:I, s:I, s:I, s:I}", "log", json_of_text(writer->destination),
		"mode", audit_mode_name(audit->mode), "fault", json_of_text(fault), "written",
		(json_int_t)writer->written_count, "waiting", (json_int_t)writer->queue_len, "lost",
		(json_int_t)writer->lost_count, "omitted", (json_int_t)writer->omitted_count);
}

static json_t *document_new(const struct front *front)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack("{s:i, s:o, s:{s:s, s:I, s:o, s:I}, s:I, s:I, s:I, s:o, s:o}", "version",
			 DOCUMENT_VERSION, "time", json_of_time(now), "daemon", "version",
			 SFA_VERSION, "pid", (json_int_t)getpid(), "started",
			 json_of_second(front->begun_at), "uptime_seconds",
			 (json_int_t)(lease_clock_s() - front->begun_s), "link_count",
			 (json_int_t)front->link_count, "agent_connections",
			 (json_int_t)front->relays.relay_count, "requests_in_flight",
			 (json_int_t)front->relays.busy_count, "refusals",
			 status_of_refusals(&front->relays.refusals), "audit",
			 status_of_audit(front->relays.audit));
}

/* NULL when out of memory. */
static json_t *document_make(const struct front *front, const struct identity_query *queries,
			     size_t query_count)
{
	json_t *document = document_new(front);

	if (put_listeners(document, front) == 0 && put_ids(document, queries, query_count) == 0 &&
	    put_links(document, front) == 0 && put_locals(document, front) == 0 &&
	    put_requests(document, front) == 0 && put_secrets(document, front) == 0)
		return document;
	json_decref(document);
	return NULL;
}

static int on_dumped(const char *chunk, size_t len, void *data)
{
	struct byte_buf *text = data;

	byte_buf_put_bytes(text, chunk, len);
	return byte_buf_status(text) == 0 ? 0 : -1;
}

int status_document_put(const struct front *front, const struct identity_query *queries,
			size_t query_count, struct byte_buf *text)
{
	json_t *document = document_make(front, queries, query_count);
	int err = 0;

	if (document == NULL)
		return -ENOMEM;
	if (json_dump_callback(document, on_dumped, text, JSON_LINE_FLAGS) != 0)
		err = byte_buf_status(text) != 0 ? byte_buf_status(text) : -ENOMEM;
	json_decref(document);
	return err;
}
