#include "agentd/status_text.h"

#include <inttypes.h>
#include <string.h>

static void put_bytes(struct byte_buf *text, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)bytes[i];

		if (c >= 0x20 && c < 0x7f)
			byte_buf_put_u8(text, c);
		else
			byte_buf_printf(text, "\\x%02x", c);
	}
}

/* Only what is no string is not there. */
static const json_t *text_at(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) ? value : NULL;
}

static void put_string(struct byte_buf *text, const json_t *string)
{
	if (json_is_string(string))
		put_bytes(text, json_string_value(string), json_string_length(string));
	else
		byte_buf_put_u8(text, '-');
}

static void put_member(struct byte_buf *text, const json_t *object, const char *name)
{
	put_string(text, json_object_get(object, name));
}

/* Padded to a column. */
static void put_column(struct byte_buf *text, const json_t *object, const char *name, size_t width)
{
	size_t end = text->len + width;

	put_member(text, object, name);
	while (text->len < end && byte_buf_status(text) == 0)
		byte_buf_put_u8(text, ' ');
	byte_buf_put_u8(text, ' ');
}

static int64_t number_at(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static bool is_true_at(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

static void put_count(struct byte_buf *text, int64_t count, const char *what)
{
	byte_buf_printf(text, "%" PRId64 " %s%s", count, what, count == 1 ? "" : "s");
}

static void put_age(struct byte_buf *text, int64_t seconds)
{
	const int64_t minutes = seconds / 60;
	const int64_t hours = minutes / 60;

	if (hours >= 24)
		byte_buf_printf(text, "%" PRId64 " d %" PRId64 " h", hours / 24, hours % 24);
	else if (hours > 0)
		byte_buf_printf(text, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
	else if (minutes > 0)
		byte_buf_printf(text, "%" PRId64 " min %" PRId64 " s", minutes, seconds % 60);
	else
		byte_buf_printf(text, "%" PRId64 " s", seconds);
}

/* A list was cut, by the daemon. */
static void put_omitted(struct byte_buf *text, const json_t *object, const char *name,
			const char *indent)
{
	const int64_t count = number_at(object, name);

	if (count > 0)
		byte_buf_printf(text, "%s... %" PRId64 " more\n", indent, count);
}

static void put_head(struct byte_buf *text, const json_t *document)
{
	const json_t *daemon = json_object_get(document, "daemon");

	byte_buf_printf(text, "ssh-forward-agentd ");
	put_member(text, daemon, "version");
	byte_buf_printf(text, ", pid %" PRId64 ", up ", number_at(daemon, "pid"));
	put_age(text, number_at(daemon, "uptime_seconds"));
	byte_buf_put_u8(text, '\n');
	put_count(text, number_at(document, "link_count"), "link");
	byte_buf_printf(text, ", ");
	put_count(text, number_at(document, "agent_connections"), "agent connection");
	byte_buf_printf(text, ", ");
	put_count(text, number_at(document, "requests_in_flight"), "request");
	byte_buf_printf(text, " in flight\n");
}

static void put_source(struct byte_buf *text, const json_t *id)
{
	const json_t *files = json_object_get(id, "files");

	if (text_at(id, "socket") != NULL) {
		byte_buf_printf(text, "agent ");
		put_member(text, id, "socket");
		return;
	}
	byte_buf_printf(text, "key files");
	for (size_t i = 0; i < json_array_size(files); i++) {
		byte_buf_put_u8(text, ' ');
		put_string(text, json_array_get(files, i));
	}
}

static void put_keys(struct byte_buf *text, const json_t *id)
{
	const json_t *keys = json_object_get(id, "keys");

	for (size_t i = 0; i < json_array_size(keys); i++) {
		const json_t *key = json_array_get(keys, i);

		byte_buf_printf(text, "  key ");
		put_member(text, key, "fingerprint");
		byte_buf_put_u8(text, ' ');
		put_member(text, key, "type");
		byte_buf_put_u8(text, ' ');
		put_member(text, key, "comment");
		byte_buf_put_u8(text, '\n');
	}
	put_omitted(text, id, "keys_omitted", "  ");
}

static void put_duration(struct byte_buf *text, const json_t *durations, const char *name)
{
	const double ms = json_number_value(json_object_get(durations, name));

	if (ms < 1000)
		byte_buf_printf(text, "%.1f ms", ms);
	else
		byte_buf_printf(text, "%.1f s", ms / 1000);
}

static void put_durations(struct byte_buf *text, const json_t *id)
{
	const json_t *total = json_object_get(id, "total_ms");
	const json_t *upstream = json_object_get(id, "upstream_ms");

	if (!json_is_object(total))
		return;
	byte_buf_printf(text, " (p50 ");
	put_duration(text, total, "p50");
	byte_buf_printf(text, ", p99 ");
	put_duration(text, total, "p99");
	byte_buf_printf(text, "; of that the source ");
	put_duration(text, upstream, "p50");
	byte_buf_printf(text, ", ");
	put_duration(text, upstream, "p99");
	byte_buf_printf(text, ")");
}

static void put_reasons(struct byte_buf *text, const json_t *refusals)
{
	const json_t *reasons = json_object_get(refusals, "reasons");

	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);

		byte_buf_printf(text, "  refused %" PRId64 ": ", number_at(reason, "count"));
		put_member(text, reason, "reason");
		byte_buf_put_u8(text, '\n');
	}
	put_omitted(text, refusals, "reasons_omitted", "  ");
}

static void put_left(struct byte_buf *text, const json_t *id)
{
	if (json_is_integer(json_object_get(id, "signatures_left"))) {
		byte_buf_printf(text, ", ");
		put_count(text, number_at(id, "signatures_left"), "signature");
		byte_buf_printf(text, " left");
	}
	if (json_is_integer(json_object_get(id, "seconds_left"))) {
		byte_buf_printf(text, ", ");
		put_age(text, number_at(id, "seconds_left"));
		byte_buf_printf(text, " left");
	}
}

static void put_id(struct byte_buf *text, const json_t *id)
{
	const json_t *refusals = json_object_get(id, "refusals");

	byte_buf_printf(text, "\nid ");
	put_member(text, id, "id");
	byte_buf_printf(text, ": ");
	put_source(text, id);
	byte_buf_put_u8(text, '\n');
	if (!is_true_at(id, "available")) {
		byte_buf_printf(text, "  unavailable: ");
		put_member(text, id, "fault");
		byte_buf_put_u8(text, '\n');
	}
	put_keys(text, id);
	byte_buf_printf(text, "  ");
	put_count(text, number_at(id, "signatures"), "signature");
	put_durations(text, id);
	byte_buf_printf(text, ", %" PRId64 " failed, %" PRId64 " refused",
			number_at(id, "failures"), number_at(refusals, "total"));
	put_left(text, id);
	byte_buf_put_u8(text, '\n');
	put_reasons(text, refusals);
	byte_buf_printf(text, "  ");
	put_count(text, number_at(id, "agent_connections"), "agent connection");
	byte_buf_printf(text, ", %" PRId64 " to the source\n",
			number_at(id, "upstream_connections"));
}

static void put_request(struct byte_buf *text, const json_t *request)
{
	byte_buf_printf(text, "  link %" PRId64 ": id ", number_at(request, "link"));
	put_member(text, request, "id");
	byte_buf_put_u8(text, ' ');
	put_member(text, request, "kind");
	if (text_at(request, "user") != NULL) {
		byte_buf_put_u8(text, ' ');
		put_member(text, request, "user");
		byte_buf_put_u8(text, '@');
		put_member(text, request, "host");
	}
	if (text_at(request, "namespace") != NULL) {
		byte_buf_put_u8(text, ' ');
		put_member(text, request, "namespace");
	}
	byte_buf_printf(text, ", for ");
	put_duration(text, request, "ms");
	byte_buf_printf(text, "; waits for the ");
	put_member(text, request, "waits_for");
	byte_buf_put_u8(text, '\n');
}

static void put_peer(struct byte_buf *text, const json_t *peer)
{
	byte_buf_printf(text, "  %-6" PRId64 " ", number_at(peer, "link"));
	put_column(text, peer, "peer", 24);
}

static void put_link(struct byte_buf *text, const json_t *link)
{
	put_peer(text, link);
	if (is_true_at(link, "logged_in")) {
		byte_buf_printf(text, "token ");
		put_column(text, link, "token", 12);
		put_count(text, number_at(link, "agent_connections"), "agent connection");
	} else {
		byte_buf_printf(text, "not logged in");
	}
	byte_buf_printf(text, ", for ");
	put_age(text, number_at(link, "seconds"));
	byte_buf_put_u8(text, '\n');
}

static void put_local(struct byte_buf *text, const json_t *local)
{
	put_peer(text, local);
	byte_buf_printf(text, "id ");
	put_member(text, local, "id");
	byte_buf_printf(text, ", for ");
	put_age(text, number_at(local, "seconds"));
	byte_buf_put_u8(text, '\n');
}

static void put_secret(struct byte_buf *text, const json_t *secret)
{
	byte_buf_printf(text, "  ");
	put_member(text, secret, "secret");
	byte_buf_printf(text, " from ");
	if (text_at(secret, "path") != NULL)
		put_member(text, secret, "path");
	else
		byte_buf_printf(text, "the environment");
	byte_buf_put_u8(text, '\n');
}

static void put_listener(struct byte_buf *text, const json_t *listener)
{
	const json_t *kind = text_at(listener, "kind");

	byte_buf_printf(text, "  ");
	put_column(text, listener, "kind", 8);
	put_member(text, listener, "where");
	if (text_at(listener, "id") != NULL) {
		byte_buf_printf(text, " id ");
		put_member(text, listener, "id");
	}
	if (text_at(listener, "interface") != NULL) {
		byte_buf_printf(text, " interface ");
		put_member(text, listener, "interface");
	}
	if (kind != NULL && strcmp(json_string_value(kind), "links") == 0 &&
	    !is_true_at(listener, "needs_token"))
		byte_buf_printf(text, ", no token needed from its network");
	byte_buf_put_u8(text, '\n');
}

/* A heading, and a line or more for each of a list; nothing for an empty one. */
static void put_list(struct byte_buf *text, const json_t *document, const char *name,
		     const char *omitted, const char *heading,
		     void (*put_item)(struct byte_buf *text, const json_t *item))
{
	const json_t *list = json_object_get(document, name);

	if (json_array_size(list) > 0 || number_at(document, omitted) > 0)
		byte_buf_printf(text, "\n%s\n", heading);
	for (size_t i = 0; i < json_array_size(list); i++)
		put_item(text, json_array_get(list, i));
	put_omitted(text, document, omitted, "  ");
}

static void put_audit(struct byte_buf *text, const json_t *audit)
{
	if (!json_is_object(audit))
		return;
	byte_buf_printf(text, "\naudit log ");
	put_member(text, audit, "log");
	byte_buf_printf(text, " (");
	put_member(text, audit, "mode");
	byte_buf_printf(text,
			"): %" PRId64 " lines written, %" PRId64 " waiting, %" PRId64
			" lost, %" PRId64 " left out in floods\n",
			number_at(audit, "written"), number_at(audit, "waiting"),
			number_at(audit, "lost"), number_at(audit, "omitted"));
	if (text_at(audit, "fault") != NULL) {
		byte_buf_printf(text, "  it cannot be written: ");
		put_member(text, audit, "fault");
		byte_buf_put_u8(text, '\n');
	}
}

void status_text_put(struct byte_buf *text, const json_t *document)
{
	const json_t *ids = json_object_get(document, "ids");
	const json_t *refusals = json_object_get(document, "refusals");

	put_head(text, document);
	for (size_t i = 0; i < json_array_size(ids); i++)
		put_id(text, json_array_get(ids, i));
	put_omitted(text, document, "ids_omitted", "\nids: ");
	put_list(text, document, "requests", "requests_omitted", "requests in flight", put_request);
	put_list(text, document, "links", "links_omitted", "links", put_link);
	put_list(text, document, "local_connections", "local_connections_omitted",
		 "connections to Unix sockets", put_local);
	if (number_at(refusals, "total") > 0) {
		byte_buf_printf(text, "\nrefused without an id: %" PRId64 "\n",
				number_at(refusals, "total"));
		put_reasons(text, refusals);
	}
	put_audit(text, json_object_get(document, "audit"));
	put_list(text, document, "secrets", "secrets_omitted", "secrets", put_secret);
	put_list(text, document, "listeners", "listeners_omitted", "listening", put_listener);
}
