#include "agentd/record.h"

#include <stdlib.h>
#include <uv.h>

#include "agentd/audit.h"
#include "agentd/report.h"
#include "common/agent_msg.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_SIGNED] = "signed",   [VERDICT_PASSED] = "passed",
		[VERDICT_REFUSED] = "refused", [VERDICT_FAILED] = "failed",
		[VERDICT_LOST] = "lost",
	};

	return names[verdict];
}

struct record *record_new(struct record_list *in_flight, const char *id, const struct grant *grant,
			  struct statistics *statistics)
{
	struct record *record = calloc(1, sizeof(*record));

	if (record == NULL)
		return NULL;
	record->id = id;
	record->grant = grant;
	record->statistics = statistics;
	record->begun_ns = uv_hrtime();
	LIST_INSERT_HEAD(in_flight, record, entry);
	return record;
}

void record_free(struct record *record)
{
	LIST_REMOVE(record, entry);
	free(record);
}

bool record_is_of_signature(const struct record *record)
{
	return gate_kind_signs(record->decision.kind);
}

void record_set_key(struct record *record, struct byte_view request)
{
	struct sign_request sign;

	if (record->has_key || !record_is_of_signature(record) ||
	    agent_parse_sign_request(request, &sign) != 0)
		return;
	fingerprint_hash(sign.key_blob, record->key_hash);
	record->has_key = true;
}

void record_key_text(const struct record *record, char text[FINGERPRINT_TEXT_MAX])
{
	text[0] = '\0';
	if (record->has_key)
		fingerprint_text(record->key_hash, text);
}

uint64_t record_total_ns(const struct record *record)
{
	return record->begun_ns != 0 ? record->ended_ns - record->begun_ns : 0;
}

uint64_t record_upstream_ns(const struct record *record)
{
	return record->sent_ns != 0 ? record->ended_ns - record->sent_ns : 0;
}

static void record_count(const struct record *record)
{
	struct statistics *statistics = record->statistics;

	switch (record->verdict) {
	case VERDICT_SIGNED:
		statistics->signed_count++;
		histogram_add(&statistics->total, record_total_ns(record));
		histogram_add(&statistics->upstream, record_upstream_ns(record));
		break;
	case VERDICT_REFUSED:
		refusals_count(&statistics->refusals, record->reason);
		break;
	case VERDICT_FAILED:
	case VERDICT_LOST:
		if (record_is_of_signature(record))
			statistics->failed_count++;
		break;
	case VERDICT_PASSED:
		break;
	}
}

int record_hand_out(const struct record *record, struct audit *audit, struct audit_ticket *ticket)
{
	report_request(record);
	if (record->statistics != NULL)
		record_count(record);
	return audit_record(audit, record, ticket);
}

void record_refusal(const struct grant *grant, const char *id, const char *kind, const char *reason,
		    struct audit *audit)
{
	const struct record record = {
		.id = id,
		.grant = grant,
		.kind = kind,
		.decision = {.kind = GATE_OTHER},
		.verdict = VERDICT_REFUSED,
		.reason = reason,
	};

	record_hand_out(&record, audit, NULL);
}
