#include "agentd/clearance.h"

#include <errno.h>

#include "agentd/allowance.h"

/* NULL while time and signatures are left. */
static const char *clearance_check(const struct clearance *clearance, const struct record *record)
{
	return allowance_check(clearance->source, clearance->grant, clearance->audit,
			       record_is_of_signature(record));
}

/* NULL if nobody but whoever confirms it could have anything against it. */
static const char *clearance_judge(struct clearance *clearance, struct record *record,
				   struct byte_view request)
{
	record->decision = gate_decide(&clearance->gate, request);
	record->kind = gate_kind_name(record->decision.kind);
	return record->decision.passes ? clearance_check(clearance, record)
				       : record->decision.reason;
}

/* The last word. Whoever was asked took a while, and others have signed meanwhile. */
static const char *clearance_charge(struct clearance *clearance, const struct record *record)
{
	const char *refusal = clearance_check(clearance, record);

	if (refusal == NULL && record_is_of_signature(record))
		refusal = allowance_take_signature(clearance->source, clearance->grant);
	return refusal;
}

static void on_confirmed(struct confirm_asker *asker, const char *refusal)
{
	struct clearance *clearance = asker->owner;
	struct record *record = clearance->record;

	clearance->record = NULL;
	record->is_confirming = false;
	if (refusal == NULL)
		refusal = clearance_charge(clearance, record);
	clearance->on_decided(clearance, refusal);
}

void clearance_init(struct clearance *clearance)
{
	clearance->asker = (struct confirm_asker){.on_answered = on_confirmed, .owner = clearance};
	clearance->record = NULL;
	gate_init(&clearance->gate, &clearance->source->rules);
}

int clearance_ask(struct clearance *clearance, struct record *record, struct byte_view request,
		  const char **refusal)
{
	const char *reason = clearance_judge(clearance, record, request);

	if (reason == NULL && clearance->source->policy.confirms &&
	    record_is_of_signature(record)) {
		record_set_key(record, request);
		reason = confirm_ask(clearance->confirm, &clearance->asker, record);
		if (reason == NULL) {
			record->is_confirming = true;
			clearance->record = record;
			return -EINPROGRESS;
		}
	}
	if (reason == NULL)
		reason = clearance_charge(clearance, record);
	if (reason == NULL)
		return 0;
	*refusal = reason;
	return -EPERM;
}

void clearance_withdraw(struct clearance *clearance)
{
	confirm_withdraw(&clearance->asker);
	clearance->record = NULL;
}

bool clearance_has_bindings(const struct clearance *clearance)
{
	return clearance->gate.bindings.count > 0;
}
