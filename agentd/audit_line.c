#include "agentd/audit_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "agentd/json_text.h"

enum { FIELDS_MAX = 64 * 1024 };

json_t *audit_line_new(const char *event, uint64_t number)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack("{s:o, s:I, s:s}", "time", json_of_time(now), "number", (json_int_t)number,
			 "event", event);
}

void audit_line_put_grant(json_t *line, const struct grant *grant)
{
	json_object_set_new(line, "link",
			    grant->link > 0 ? json_integer((json_int_t)grant->link) : json_null());
	json_object_set_new(line, "peer", json_of_text(grant->peer));
	json_object_set_new(line, "token",
			    grant->has_token ? json_of_text(grant->token.name) : json_null());
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? json_of_text(text) : json_null();
}

/*
 * A name is what the policy calls the host, so it is there only if known_hosts says that the host key is
 * its; the host key is there only if the host proved to have it.
 */
static void put_purpose(json_t *line, const struct gate_login *login)
{
	char host_key[FINGERPRINT_TEXT_MAX] = "";

	if (login->has_host)
		fingerprint_text(login->host_fingerprint, host_key);
	json_object_set_new(line, "user", text_or_null(login->user));
	json_object_set_new(line, "host", json_of_text(login->host));
	json_object_set_new(line, "host_key", text_or_null(host_key));
	json_object_set_new(line, "verified", json_boolean(login->has_host));
	json_object_set_new(line, "namespace", text_or_null(login->sshsig_namespace));
}

void audit_line_put_question(json_t *line, const struct record *record)
{
	char key[FINGERPRINT_TEXT_MAX];

	audit_line_put_grant(line, record->grant);
	json_object_set_new(line, "id", json_of_text(record->id));
	json_object_set_new(line, "kind", json_of_text(record->kind));
	if (record_is_of_signature(record)) {
		record_key_text(record, key);
		json_object_set_new(line, "key", text_or_null(key));
		put_purpose(line, &record->decision.login);
	}
}

void audit_line_put_record(json_t *line, const struct record *record)
{
	audit_line_put_question(line, record);
	json_object_set_new(line, "verdict", json_string(verdict_name(record->verdict)));
	json_object_set_new(line, "reason", json_of_text(record->reason));
	if (record->decision.detail[0] != '\0')
		json_object_set_new(line, "detail", json_of_text(record->decision.detail));
	json_object_set_new(line, "duration_ms", json_of_duration(record_total_ns(record)));
	if (record->sent_ns != 0)
		json_object_set_new(line, "upstream_ms",
				    json_of_duration(record_upstream_ns(record)));
}

char *audit_line_text(const json_t *line, size_t *len)
{
	size_t size = json_dumpb(line, NULL, 0, JSON_LINE_FLAGS);
	char *text = size > 0 ? malloc(size + 1) : NULL;

	if (text == NULL)
		return NULL;
	json_dumpb(line, text, size, JSON_LINE_FLAGS);
	text[size] = '\n';
	*len = size + 1;
	return text;
}

/* https://systemd.io/JOURNAL_NATIVE_PROTOCOL: what holds a newline has its length before it. */
static void put_field(struct byte_buf *fields, const char *name, const char *value)
{
	size_t len = strlen(value);

	byte_buf_put_bytes(fields, name, strlen(name));
	if (memchr(value, '\n', len) == NULL) {
		byte_buf_put_u8(fields, '=');
	} else {
		byte_buf_put_u8(fields, '\n');
		for (int shift = 0; shift < 64; shift += 8) /* little-endian, unlike SSH */
			byte_buf_put_u8(fields, (uint8_t)((uint64_t)len >> shift));
	}
	byte_buf_put_bytes(fields, value, len);
	byte_buf_put_u8(fields, '\n');
}

/* SFA_HOST_KEY for "host_key". */
static void put_member(struct byte_buf *fields, const char *key, const json_t *value)
{
	char name[64] = "SFA_";
	char *text;

	for (size_t i = 0; key[i] != '\0' && i < sizeof(name) - 5; i++)
		name[4 + i] = (char)toupper((unsigned char)key[i]);
	if (json_is_null(value))
		return;
	if (json_is_string(value)) {
		put_field(fields, name, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_LINE_FLAGS | JSON_ENCODE_ANY);
	if (text != NULL)
		put_field(fields, name, text);
	free(text);
}

static int priority_of(const json_t *line)
{
	const char *verdict = json_string_value(json_object_get(line, "verdict"));

	if (verdict == NULL || strcmp(verdict, verdict_name(VERDICT_SIGNED)) == 0)
		return LOG_INFO;
	return LOG_WARNING;
}

char *audit_line_journal_fields(const json_t *line, size_t *len)
{
	struct byte_buf fields;
	const char priority[] = {(char)('0' + priority_of(line)), '\0'};
	char *message = json_dumps(line, JSON_LINE_FLAGS);
	char *copy = NULL;
	const char *key;
	json_t *value;

	if (message == NULL)
		return NULL;
	byte_buf_init(&fields, FIELDS_MAX);
	put_field(&fields, "MESSAGE", message);
	put_field(&fields, "PRIORITY", priority);
	put_field(&fields, "SYSLOG_IDENTIFIER", "ssh-forward-agentd");
	json_object_foreach((json_t *)(uintptr_t)line, key, value) put_member(&fields, key, value);
	if (byte_buf_status(&fields) == 0)
		copy = malloc(fields.len);
	if (copy != NULL) {
		memcpy(copy, fields.data, fields.len);
		*len = fields.len;
	}
	byte_buf_deinit(&fields);
	free(message);
	return copy;
}
