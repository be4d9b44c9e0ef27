#include "agentd/status_ids.h"

#include <string.h>

#include "agentd/json_text.h"
#include "agentd/status_list.h"
#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/key_blob.h"

/* As ssh-keygen shows them; longer ones are no comments. */
enum { COMMENT_MAX = 256, TYPE_MAX = 64, KEYS_MAX = 1024 };

/* The names of members, numbers and punctuation. */
enum { KEY_SIZE = 160, REASON_SIZE = 64, ID_SIZE = 1024 };

static struct byte_view cut(struct byte_view bytes, size_t max)
{
	if (bytes.len > max)
		bytes.len = max;
	return bytes;
}

/* An object whose list is full, or NULL: then nothing is left of it. */
static json_t *with_list(json_t *object, struct status_list *list, const char *name)
{
	if (status_list_move(list, object, name) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *status_of_key(const struct identity *identity)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];

	fingerprint_of_blob(identity->key_blob, fingerprint);
	return json_pack("{s:s, s:o, s:I, s:o}", "fingerprint", fingerprint, "type",
			 json_of_bytes(cut(key_blob_type(identity->key_blob), TYPE_MAX)), "bits",
			 (json_int_t)key_blob_bits(identity->key_blob), "comment",
			 json_of_bytes(cut(identity->comment, COMMENT_MAX)));
}

static size_t size_of_key(const struct identity *identity)
{
	return KEY_SIZE + STATUS_STRING_SIZE(cut(identity->comment, COMMENT_MAX).len) +
	       STATUS_STRING_SIZE(cut(key_blob_type(identity->key_blob), TYPE_MAX).len);
}

static json_t *put_keys(json_t *id, const struct identity_query *query, size_t room)
{
	struct status_list keys;
	struct identity_list list;
	struct identity identity;

	status_list_init(&keys, KEYS_MAX, &room);
	if (query->answer.len > 0 &&
	    agent_identities_start(byte_buf_view(&query->answer), &list) == 0) {
		while (agent_identities_next(&list, &identity) == 0) {
			if (status_list_has_room(&keys, size_of_key(&identity)))
				status_list_add(&keys, status_of_key(&identity));
		}
	}
	return with_list(id, &keys, "keys");
}

static size_t size_of_file(const struct source *source, size_t index)
{
	return STATUS_STRING_SIZE(strlen(source->files[index]));
}

static json_t *put_files(json_t *id, const struct source *source)
{
	struct status_list files;
	size_t room = SIZE_MAX; /* status_size_of_id has counted them */

	status_list_init(&files, STATUS_FILES_MAX, &room);
	for (size_t i = 0; i < source->file_count; i++) {
		if (status_list_has_room(&files, size_of_file(source, i)))
			status_list_add(&files, json_of_text(source->files[i]));
	}
	return with_list(id, &files, "files");
}

static size_t size_of_reason(const struct refusals *refusals, size_t index)
{
	return REASON_SIZE + STATUS_STRING_SIZE(strlen(refusals->list[index].reason));
}

json_t *status_of_refusals(const struct refusals *refusals)
{
	struct status_list reasons;
	size_t room = STATUS_REFUSALS_SIZE_MAX;

	status_list_init(&reasons, REFUSAL_REASONS_MAX, &room);
	for (size_t i = 0; i < refusals->count; i++) {
		if (status_list_has_room(&reasons, size_of_reason(refusals, i)))
			status_list_add(&reasons,
					json_pack("{s:o, s:I}", "reason",
						  json_of_text(refusals->list[i].reason), "count",
						  (json_int_t)refusals->list[i].count));
	}
	return with_list(json_pack("{s:I}", "total", (json_int_t)refusals->total), &reasons,
			 "reasons");
}

size_t status_size_of_id(const struct source *source)
{
	const struct refusals *refusals = &source->state->statistics.refusals;
	size_t size = ID_SIZE;

	for (size_t i = 0; i < refusals->count; i++)
		size += size_of_reason(refusals, i);
	if (source->socket_path != NULL)
		size += STATUS_STRING_SIZE(strlen(source->socket_path));
	for (size_t i = 0; i < source->file_count && i < STATUS_FILES_MAX; i++)
		size += size_of_file(source, i);
	return size;
}

/* null where nothing was measured. */
static json_t *status_of_durations(const struct histogram *histogram)
{
	if (histogram->count == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "p50",
			 json_of_duration(histogram_percentile(histogram, 50)), "p99",
			 json_of_duration(histogram_percentile(histogram, 99)), "max",
			 json_of_duration(histogram->max_ns));
}

/* Why nothing is to be had of it, or NULL. */
static const char *fault_of(const struct identity_query *query)
{
	const struct source *source = query->source;
	const char *fault =
		id_lease_check(source->state->lease, source->policy.lifetime_s, lease_clock_s());

	if (fault == NULL)
		fault = id_lease_check_signature(source->state->lease,
						 source->policy.max_signatures);
	return fault != NULL ? fault : query->fault;
}

/* null where the policy sets no bound. */
static json_t *what_is_left(uint64_t max, uint64_t used)
{
	if (max == 0)
		return json_null();
	return json_integer((json_int_t)(used < max ? max - used : 0));
}

static json_t *put_counts(json_t *id, const struct source *source)
{
	const struct source_state *state = source->state;
	const struct statistics *statistics = &state->statistics;
	json_t *counts = json_pack(
		"{s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "signatures",
		(json_int_t)statistics->signed_count, "failures",
		(json_int_t)statistics->failed_count, "refusals",
		status_of_refusals(&statistics->refusals), "total_ms",
		status_of_durations(&statistics->total), "upstream_ms",
		status_of_durations(&statistics->upstream), "agent_connections",
		(json_int_t)state->relay_count, "upstream_connections",
		(json_int_t)state->open_count, "signatures_left",
		what_is_left(source->policy.max_signatures, state->lease->used), "seconds_left",
		what_is_left(source->policy.lifetime_s, lease_clock_s() - state->lease->begun_s));

	if (id == NULL || counts == NULL || json_object_update(id, counts) != 0) {
		json_decref(id);
		id = NULL;
	}
	json_decref(counts);
	return id;
}

json_t *status_of_id(const struct identity_query *query, size_t key_room)
{
	const struct source *source = query->source;
	const char *fault = fault_of(query);
	json_t *id = json_pack("{s:s, s:s, s:o, s:b, s:o}", "id", source->id, "kind",
			       source->kind == SOURCE_KEYS ? "keys" : "agent", "socket",
			       json_of_text(source->socket_path), "available", fault == NULL,
			       "fault", json_of_text(fault));

	id = put_files(id, source);
	id = put_keys(id, query, key_room);
	return put_counts(id, source);
}
