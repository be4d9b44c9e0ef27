#include "agentd/offer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/offer_hosts.h"
#include "agentd/offer_secrets.h"
#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/frame.h"
#include "common/key_blob.h"
#include "version.h"

/* A source that needs longer is offered without its keys: a build waits for this at its start. */
enum { OFFER_PATIENCE_MS = 2000, OFFER_COMMENT_MAX = 256 };

struct offer_item {
	struct offer *offer;
	struct source *source;
	struct relay *relay;  /* while the answer is out */
	struct byte_buf keys; /* "key ..." lines */
	bool is_answered;
};

struct offer {
	struct front *front;
	struct grant *grant;
	void (*on_done)(void *owner, struct byte_view text);
	void *owner;
	uv_timer_t timer;
	struct offer_secrets *secrets; /* NULL: none */
	size_t waiting_for;
	size_t item_count;
	struct offer_item items[];
};

static void put_comment(struct byte_buf *text, struct byte_view comment)
{
	size_t len = comment.len < OFFER_COMMENT_MAX ? comment.len : OFFER_COMMENT_MAX;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = comment.ptr[i];

		byte_buf_put_u8(text, c < 0x20 || c == 0x7f ? '?' : c);
	}
}

static void put_key(struct byte_buf *text, const char *id, const struct identity *identity)
{
	struct byte_view type = key_blob_type(identity->key_blob);
	char fingerprint[FINGERPRINT_TEXT_MAX];

	fingerprint_of_blob(identity->key_blob, fingerprint);
	byte_buf_printf(text, "key %s %s ", id, fingerprint);
	for (size_t i = 0; i < type.len && i < 64; i++)
		byte_buf_put_u8(text, type.ptr[i] > 0x20 && type.ptr[i] < 0x7f ? type.ptr[i] : '?');
	byte_buf_printf(text, " %u ", key_blob_bits(identity->key_blob));
	put_comment(text, identity->comment);
	byte_buf_printf(text, "\n");
}

static int put_keys(struct byte_buf *text, const char *id, struct byte_view reply)
{
	struct identity_list list;
	struct identity identity;
	int err = agent_identities_start(reply, &list);

	while (err == 0) {
		err = agent_identities_next(&list, &identity);
		if (err == 0)
			put_key(text, id, &identity);
	}
	return err == -ENOENT ? byte_buf_status(text) : err;
}

/* NULL, or why nothing is to be had of it. */
static const char *item_fault(const struct offer_item *item)
{
	const struct source *source = item->source;
	const char *fault =
		id_lease_check(source->state->lease, source->policy.lifetime_s, lease_clock_s());

	if (fault == NULL)
		fault = id_lease_check_signature(source->state->lease,
						 source->policy.max_signatures);
	if (fault == NULL && !item->is_answered)
		fault = "it does not answer";
	return fault;
}

static void put_item(struct byte_buf *text, const struct offer_item *item)
{
	const char *fault = item_fault(item);

	byte_buf_printf(text, "id %s %s %s%s\n", item->source->id,
			item->source->kind == SOURCE_KEYS ? "keys" : "agent",
			fault == NULL ? "ok" : "unavailable ", fault == NULL ? "" : fault);
	if (fault == NULL)
		byte_buf_put_bytes(text, item->keys.data, item->keys.len);
}

/* What ssh needs beside an agent: last, since it is the least of what a build came for. */
static void put_hosts(struct byte_buf *text, const struct offer *offer)
{
	const struct front *front = offer->front;
	struct source **sources = calloc(offer->item_count + 1, sizeof(struct source *));

	if (sources == NULL)
		return;
	for (size_t i = 0; i < offer->item_count; i++) {
		sources[i] = offer->items[i].source;
		offer_put_repos(text, sources[i]);
	}
	if (front->trusted_hosts != NULL)
		offer_put_known_hosts(text, front->trusted_hosts, front->offers_all_known_hosts,
				      sources, offer->item_count);
	free((void *)sources);
}

static void put_offer(struct byte_buf *text, const struct offer *offer)
{
	struct source *by_default = source_default(&offer->front->sources);

	byte_buf_printf(text, "ssh-forward-agent-offer 1\ndaemon %s\n", SFA_VERSION);
	if (offer->grant->has_token)
		byte_buf_printf(text, "token %s %" PRIu64 "\n", offer->grant->token.name,
				offer->grant->token.expiry_s);
	if (by_default != NULL && grant_covers(offer->grant, by_default->id))
		byte_buf_printf(text, "default %s\n", by_default->id);
	else if (offer->item_count == 1)
		byte_buf_printf(text, "default %s\n", offer->items[0].source->id);
	for (size_t i = 0; i < offer->item_count; i++)
		put_item(text, &offer->items[i]);
	offer_secrets_put(text, offer->secrets);
	put_hosts(text, offer);
	byte_buf_printf(text, "limit message %d\nlimit connections-per-link %u\n", FRAME_BODY_MAX,
			offer->front->limits.connections_per_link);
	byte_buf_printf(text, "end\n");
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct offer *offer = handle->data;

	for (size_t i = 0; i < offer->item_count; i++) {
		byte_buf_deinit(&offer->items[i].keys);
		source_release(offer->items[i].source);
	}
	free(offer);
}

void offer_cancel(struct offer *offer)
{
	for (size_t i = 0; i < offer->item_count; i++) {
		if (offer->items[i].relay != NULL)
			relay_close(offer->items[i].relay);
		offer->items[i].relay = NULL;
	}
	offer_secrets_close(offer->secrets);
	uv_close((uv_handle_t *)&offer->timer, on_timer_closed);
}

static void on_due(uv_timer_t *timer)
{
	struct offer *offer = timer->data;
	struct byte_buf text;

	byte_buf_init(&text, OFFER_LEN_MAX);
	put_offer(&text, offer);
	offer->on_done(offer->owner, byte_buf_view(&text));
	byte_buf_deinit(&text);
	offer_cancel(offer);
}

static void part_done(void *owner)
{
	struct offer *offer = owner;

	if (--offer->waiting_for == 0)
		uv_timer_start(&offer->timer, on_due, 0, 0);
}

static void item_done(struct offer_item *item)
{
	relay_close(item->relay);
	item->relay = NULL;
	part_done(item->offer);
}

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct offer_item *item = relay_owner(relay);
	struct byte_view body = {frame.ptr + FRAME_HEADER_LEN, frame.len - FRAME_HEADER_LEN};

	item->is_answered = put_keys(&item->keys, item->source->id, body) == 0;
	item_done(item);
}

static void on_ended(struct relay *relay)
{
	struct offer_item *item = relay_owner(relay);

	if (item->relay != NULL) /* else the failure it sent first was the answer */
		item_done(item);
}

static const struct relay_events offer_relay_events = {
	.on_replied = on_replied,
	.on_ended = on_ended,
};

static void item_ask(struct offer_item *item)
{
	struct byte_buf request;
	struct offer *offer = item->offer;

	item->relay = relay_new(&offer->front->relays, item->source, offer->grant,
				&offer_relay_events, item);
	if (item->relay == NULL)
		return;
	offer->waiting_for++;
	byte_buf_init(&request, FRAME_LEN_MAX);
	agent_put_simple(&request, SSH_AGENTC_REQUEST_IDENTITIES);
	relay_input(item->relay, byte_buf_view(&request));
	byte_buf_deinit(&request);
}

struct offer *offer_new(struct front *front, struct grant *grant,
			void (*on_done)(void *owner, struct byte_view text), void *owner)
{
	size_t count = front->sources.count;
	struct offer *offer = calloc(1, sizeof(*offer) + count * sizeof(offer->items[0]));

	if (offer == NULL)
		return NULL;
	offer->front = front;
	offer->grant = grant;
	offer->on_done = on_done;
	offer->owner = owner;
	uv_timer_init(front->loop, &offer->timer);
	offer->timer.data = offer;
	uv_timer_start(&offer->timer, on_due, OFFER_PATIENCE_MS, 0);
	for (size_t i = 0; i < count; i++) {
		struct offer_item *item;

		if (!grant_covers(grant, front->sources.list[i]->id))
			continue;
		item = &offer->items[offer->item_count++];
		item->offer = offer;
		item->source = front->sources.list[i];
		source_hold(item->source);
		byte_buf_init(&item->keys, OFFER_LEN_MAX);
		item_ask(item);
	}
	if (offer_secrets_start(front, grant, part_done, offer, &offer->secrets) == 0 &&
	    offer_secrets_are_pending(offer->secrets))
		offer->waiting_for++;
	/* Only now, when all are counted: an answer may come at once. */
	for (size_t i = 0; i < offer->item_count; i++) {
		if (offer->items[i].relay != NULL)
			relay_run(offer->items[i].relay);
	}
	if (offer->waiting_for == 0)
		uv_timer_start(&offer->timer, on_due, 0, 0);
	return offer;
}
