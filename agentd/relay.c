#include "agentd/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/clearance.h"
#include "agentd/held_reply.h"
#include "agentd/identity_filter.h"
#include "agentd/inbox.h"
#include "agentd/record.h"
#include "agentd/report.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/log.h"

enum relay_state {
	RELAY_IDLE,	  /* no request, or not all of one; behind it, up to RELAY_ENDED: busy */
	RELAY_CONFIRMING, /* a request passed the gate; someone is asked */
	RELAY_WAITING, /* a request passed the gate; no upstream connection yet, or not its turn */
	RELAY_ASKING,  /* the upstream has the request */
	RELAY_HOLDING, /* it has answered; the reply waits for the audit log */
	RELAY_ENDED,
	RELAY_CLOSING,
};

struct relay {
	struct relay_context *context;
	struct source *source;
	struct grant *grant;
	const struct relay_events *events;
	void *owner;
	enum relay_state state;
	struct clearance clearance;
	struct upstream *upstream;
	struct inbox input;
	uv_timer_t deadline;
	struct record *record; /* of the request in flight, else NULL: idle relays are many */
	struct held_reply held;
	bool is_input_over;
};

static void on_decided(struct clearance *clearance, const char *refusal);
static void on_released(struct held_reply *held, struct byte_view frame, int err);

/* The one door for state changes. */
static void relay_set_state(struct relay *relay, enum relay_state state)
{
	bool was_busy = relay_is_busy(relay);

	relay->state = state;
	if (relay_is_busy(relay) == was_busy)
		return;
	if (!was_busy) {
		relay->context->busy_count++;
	} else if (--relay->context->busy_count == 0 && relay->context->on_quiet != NULL) {
		relay->context->on_quiet(relay->context);
	}
}

bool relay_is_busy(const struct relay *relay)
{
	return relay->state > RELAY_IDLE && relay->state < RELAY_ENDED;
}

void *relay_owner(const struct relay *relay)
{
	return relay->owner;
}

const char *relay_id(const struct relay *relay)
{
	return relay->source->id;
}

struct relay *relay_new(struct relay_context *context, struct source *source, struct grant *grant,
			const struct relay_events *events, void *owner)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (relay == NULL)
		return NULL;
	relay->context = context;
	relay->source = source;
	source_hold(source);
	relay->grant = grant;
	relay->events = events;
	relay->owner = owner;
	relay->clearance = (struct clearance){
		.on_decided = on_decided,
		.owner = relay,
		.source = source,
		.grant = grant,
		.confirm = context->confirm,
		.audit = context->audit,
	};
	clearance_init(&relay->clearance);
	relay->held = (struct held_reply){.on_released = on_released, .owner = relay};
	held_reply_init(&relay->held);
	context->relay_count++;
	source->state->relay_count++;
	grant->relay_count++;
	inbox_init(&relay->input, &context->input_len);
	uv_timer_init(context->pool->loop, &relay->deadline);
	relay->deadline.data = relay;
	return relay;
}

static const uint8_t failure_frame[] = {0, 0, 0, 1, SSH_AGENT_FAILURE};
static const struct byte_view failure = {failure_frame, sizeof(failure_frame)};

/* To be called before the failure that reason is of. */
static void relay_excuse(struct relay *relay, const char *reason)
{
	if (relay->events->on_excused != NULL)
		relay->events->on_excused(relay, reason);
}

/* Of a list of keys, those that the policy lets be seen. */
static void relay_reply(struct relay *relay, struct byte_view frame)
{
	struct byte_buf filtered;

	if (!rules_name_keys(&relay->source->rules)) {
		relay->events->on_replied(relay, frame);
		return;
	}
	byte_buf_init(&filtered, frame.len);
	if (identity_filter_put(&relay->source->rules, frame, &filtered) == 0)
		relay->events->on_replied(relay, byte_buf_view(&filtered));
	else
		relay->events->on_replied(relay, failure);
	byte_buf_deinit(&filtered);
}

static void relay_drop_upstream(struct relay *relay)
{
	if (relay->upstream != NULL)
		upstream_close(relay->upstream);
	relay->upstream = NULL;
}

/* What became of the request in flight; reason: NULL where all went well. 0, or as audit_record. */
static int relay_settle(struct relay *relay, enum verdict verdict, const char *reason)
{
	struct record *record = relay->record;
	int err;

	if (record == NULL)
		return 0;
	record->verdict = verdict;
	record->reason = reason;
	record->ended_ns = uv_hrtime();
	err = record_hand_out(record, relay->context->audit,
			      verdict == VERDICT_SIGNED ? &relay->held.ticket : NULL);
	record_free(record);
	relay->record = NULL;
	return err;
}

static void relay_settle_failure(struct relay *relay, enum verdict verdict, const char *reason)
{
	relay_settle(relay, verdict, reason);
	relay_excuse(relay, reason);
}

/* Whoever waits for an answer gets a failure, not silence; then the connection is over. */
static void relay_end(struct relay *relay)
{
	bool was_busy = relay_is_busy(relay);

	if (relay->state >= RELAY_ENDED)
		return;
	uv_timer_stop(&relay->deadline);
	clearance_withdraw(&relay->clearance);
	held_reply_drop(&relay->held);
	relay_drop_upstream(relay);
	/* Now, since a peer may put off the end of its channel as long as it likes. */
	inbox_clear(&relay->input);
	relay_set_state(relay, RELAY_ENDED);
	if (was_busy)
		relay->events->on_replied(relay, failure);
	/* Downstream may have closed us when it took the failure. */
	if (relay->state == RELAY_ENDED)
		relay->events->on_ended(relay);
}

static void relay_fail(struct relay *relay, const char *reason)
{
	if (report_is_due())
		log_warn("id=%s peer=%s token=%s: agent connection ended: %s", relay->source->id,
			 relay->grant->peer, grant_name(relay->grant), reason);
	relay_settle_failure(relay, VERDICT_LOST, reason);
	relay_end(relay);
}

static void on_deadline(uv_timer_t *timer)
{
	/* A confirmation has a time of its own, that of the prompt. */
	static const char *const reasons[RELAY_CLOSING + 1] = {
		[RELAY_IDLE] = "a request was begun and not finished in time",
		[RELAY_WAITING] = "it did not come to its turn at the agent in time",
		[RELAY_ASKING] = "the agent did not answer in time",
		[RELAY_HOLDING] = "the audit log was not written in time",
	};
	struct relay *relay = timer->data;

	if (reasons[relay->state] != NULL)
		relay_fail(relay, reasons[relay->state]);
}

static void relay_set_deadline(struct relay *relay, unsigned seconds)
{
	uv_timer_start(&relay->deadline, on_deadline, (uint64_t)seconds * 1000, 0);
}

/* The source, or those before it there, may take so long. */
static void relay_await(struct relay *relay, enum relay_state state)
{
	const struct limits *limits = relay->context->pool->limits;

	relay_set_state(relay, state);
	relay_set_deadline(relay, record_is_of_signature(relay->record) ? limits->sign_seconds
									: limits->request_seconds);
}

/* The whole request at the start of input goes upstream. */
static void relay_ask(struct relay *relay)
{
	struct byte_view frame = inbox_frame(&relay->input);
	int err;

	relay_await(relay, RELAY_ASKING);
	relay->record->sent_ns = uv_hrtime();
	err = upstream_send(relay->upstream, frame);
	/* Not before: the source works meanwhile. */
	record_set_key(relay->record, inbox_request(&relay->input));
	if (err < 0) {
		relay_fail(relay, upstream_loss(relay->upstream));
		return;
	}
	inbox_consume(&relay->input, frame.len);
}

static void on_upstream_turn(struct upstream *upstream)
{
	relay_ask(upstream_owner(upstream));
}

/* It waits no longer for a connection, which may take more time than an answer. */
static void on_upstream_turn_awaited(struct upstream *upstream)
{
	relay_await(upstream_owner(upstream), RELAY_WAITING);
}

/* True if its connection holds bindings, and is one more than its build should have. */
static bool relay_is_owing(const struct relay *relay)
{
	return relay->upstream != NULL && clearance_has_bindings(&relay->clearance) &&
	       upstream_is_owed(relay->upstream);
}

/* The last answer: still busy, the relay cannot be asked again from within. */
static void relay_answer_and_end(struct relay *relay, struct byte_view frame)
{
	relay_reply(relay, frame);
	if (!relay_is_busy(relay))
		return; /* downstream has closed us when it took the answer */
	relay_set_state(relay, RELAY_IDLE);
	relay_fail(relay, "other builds that have fewer connections to the agent wait");
}

/*
 * What the source answered goes downstream, or the failure that stands in for it. What others wait for
 * is given up before the owner asks again: with no pause between requests, they would wait for ever.
 */
static void relay_answer(struct relay *relay, struct byte_view frame)
{
	if (relay_is_busy(relay) && relay_is_owing(relay)) {
		relay_answer_and_end(relay, frame);
		return;
	}
	relay_set_state(relay, RELAY_IDLE);
	if (relay->upstream != NULL && !clearance_has_bindings(&relay->clearance) &&
	    upstream_is_wanted(relay->upstream))
		relay_drop_upstream(relay);
	relay_reply(relay, frame);
}

/* No signature leaves without its record. */
static void relay_withhold(struct relay *relay, int err)
{
	static const char reason[] = "the audit log could not be written";

	log_warn("id=%s peer=%s token=%s: a signature was withheld: the audit log could not be "
		 "written: %s",
		 relay->source->id, relay->grant->peer, grant_name(relay->grant), strerror(-err));
	refusals_count(&relay->source->state->statistics.refusals, reason);
	relay_excuse(relay, reason);
	relay_answer(relay, failure);
}

static void on_released(struct held_reply *held, struct byte_view frame, int err)
{
	struct relay *relay = held->owner;

	uv_timer_stop(&relay->deadline);
	if (err != 0)
		relay_withhold(relay, err);
	else
		relay_answer(relay, frame);
}

static void relay_hold(struct relay *relay, struct byte_view frame)
{
	if (held_reply_keep(&relay->held, frame) != 0) {
		relay_fail(relay, "out of memory");
		return;
	}
	relay_set_state(relay, RELAY_HOLDING);
	relay_set_deadline(relay, relay->context->pool->limits->request_seconds);
}

static void on_upstream_replied(struct upstream *upstream, struct byte_view frame)
{
	struct relay *relay = upstream_owner(upstream);
	int err = 0;

	uv_timer_stop(&relay->deadline);
	if (!record_is_of_signature(relay->record))
		relay_settle(relay, VERDICT_PASSED, NULL);
	else if (frame.ptr[FRAME_HEADER_LEN] == SSH_AGENT_SIGN_RESPONSE)
		err = relay_settle(relay, VERDICT_SIGNED, NULL);
	else
		relay_settle_failure(relay, VERDICT_FAILED, "the agent would not sign");
	if (err == 0)
		relay_answer(relay, frame);
	else if (err == -EINPROGRESS)
		relay_hold(relay, frame);
	else
		relay_withhold(relay, err);
}

/* True while a request needs the upstream connection, or waits for it. */
static bool relay_needs_upstream(const struct relay *relay)
{
	return relay->state == RELAY_WAITING || relay->state == RELAY_ASKING;
}

static void on_upstream_failed(struct upstream *upstream, const char *reason)
{
	struct relay *relay = upstream_owner(upstream);

	/* An idle one is no loss: the next request opens another. But bindings go with it. */
	if (!relay_needs_upstream(relay) && !clearance_has_bindings(&relay->clearance))
		relay_drop_upstream(relay);
	else
		relay_fail(relay, reason);
}

static bool on_upstream_wanted(struct upstream *upstream)
{
	struct relay *relay = upstream_owner(upstream);

	if (relay_needs_upstream(relay) || clearance_has_bindings(&relay->clearance))
		return false;
	relay->upstream = NULL;
	return true;
}

static bool is_idle(const struct upstream *upstream)
{
	return !relay_is_busy(upstream_owner(upstream));
}

static const struct upstream_events relay_upstream_events = {
	.on_turn = on_upstream_turn,
	.on_turn_awaited = on_upstream_turn_awaited,
	.on_replied = on_upstream_replied,
	.on_failed = on_upstream_failed,
	.on_wanted = on_upstream_wanted,
	.is_idle = is_idle,
};

/* The whole request at the start of input goes no further. */
static void relay_refuse(struct relay *relay, const char *reason)
{
	record_set_key(relay->record, inbox_request(&relay->input));
	relay_settle_failure(relay, VERDICT_REFUSED, reason);
	inbox_consume(&relay->input, inbox_frame(&relay->input).len);
	relay_answer(relay, failure);
}

static void relay_proceed(struct relay *relay)
{
	if (relay->upstream != NULL && upstream_ask_turn(relay->upstream)) {
		relay_ask(relay);
		return;
	}
	record_set_key(relay->record, inbox_request(&relay->input));
	relay_await(relay, RELAY_WAITING);
	if (relay->upstream != NULL)
		return;
	/* In the queue it may wait for the signatures of others. Connecting has its own, shorter time. */
	relay_set_deadline(relay, relay->context->pool->limits->sign_seconds);
	relay->upstream = upstream_new(relay->context->pool, relay->source, relay->grant,
				       &relay_upstream_events, relay);
	if (relay->upstream == NULL)
		relay_fail(relay, "out of memory");
}

static void on_decided(struct clearance *clearance, const char *refusal)
{
	struct relay *relay = clearance->owner;

	if (refusal != NULL)
		relay_refuse(relay, refusal);
	else
		relay_proceed(relay);
}

static void relay_take_up(struct relay *relay)
{
	const char *refusal = NULL;
	int err;

	relay->record = record_new(&relay->context->records, relay->source->id, relay->grant,
				   &relay->source->state->statistics);
	if (relay->record == NULL) {
		relay_fail(relay, "out of memory");
		return;
	}
	err = clearance_ask(&relay->clearance, relay->record, inbox_request(&relay->input),
			    &refusal);
	if (err == 0)
		relay_proceed(relay);
	else if (err == -EINPROGRESS)
		relay_set_state(relay, RELAY_CONFIRMING);
	else
		relay_refuse(relay, refusal);
}

void relay_run(struct relay *relay)
{
	size_t body_len;
	int err;

	if (relay->state != RELAY_IDLE)
		return;
	err = frame_peek(inbox_view(&relay->input), &body_len);
	if (err == 0) {
		uv_timer_stop(&relay->deadline);
		relay_take_up(relay);
	} else if (err != -EAGAIN) {
		relay_fail(relay, err == -EMSGSIZE ? "the request is larger than 256 KiB"
						   : "the request is empty");
	} else if (relay->is_input_over) {
		relay_end(relay);
	} else if (inbox_view(&relay->input).len > 0 &&
		   !uv_is_active((uv_handle_t *)&relay->deadline)) {
		relay_set_deadline(relay, relay->context->pool->limits->request_seconds);
	}
}

int relay_input(struct relay *relay, struct byte_view bytes)
{
	if (relay->state >= RELAY_ENDED || relay->is_input_over)
		return 0;
	return inbox_put(&relay->input, bytes);
}

void relay_end_input(struct relay *relay)
{
	relay->is_input_over = true;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct relay *relay = handle->data;

	inbox_clear(&relay->input);
	free(relay);
}

void relay_close(struct relay *relay)
{
	if (relay->state == RELAY_CLOSING)
		return;
	relay->context->relay_count--;
	relay->source->state->relay_count--;
	relay->grant->relay_count--;
	relay_settle(relay, VERDICT_LOST, "whoever asked was gone before the answer");
	clearance_withdraw(&relay->clearance);
	held_reply_drop(&relay->held);
	relay_drop_upstream(relay);
	inbox_clear(&relay->input);
	relay_set_state(relay, RELAY_CLOSING);
	source_release(relay->source);
	uv_close((uv_handle_t *)&relay->deadline, on_timer_closed);
}
