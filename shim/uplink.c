#include "shim/uplink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/frame.h"
#include "common/log.h"
#include "shim/link_channel.h"
#include "shim/unix_upstream.h"

enum {
	SEEK_MAX_MS = 5000,	 /* an agent's client waits that long for a lost link */
	SEEK_INTERVAL_MS = 1000, /* after a failed attempt requests fail at once for that long */
	LINKS_MAX = 3,		 /* that may be lost under an agent connection before it is open */
};

/* An agent connection over the link; before it is up, one that waits for it. */
struct link_upstream {
	struct upstream base;
	struct link_channel channel;
	struct uplink *uplink;
	const char *id;		    /* its owner's */
	struct link_upstream *next; /* in uplink->waiting */
	unsigned link_count;	    /* that were to carry it */
	bool is_waiting;
	bool is_open;
	bool is_overrun; /* its owner wants no more of it */
};

static int uplink_seek(struct uplink *uplink);
static void link_upstream_start(struct link_upstream *upstream);

static void waiting_push(struct link_upstream *upstream)
{
	upstream->is_waiting = true;
	upstream->next = upstream->uplink->waiting;
	upstream->uplink->waiting = upstream;
}

static void waiting_remove(struct link_upstream *upstream)
{
	struct link_upstream **place = &upstream->uplink->waiting;

	while (*place != upstream)
		place = &(*place)->next;
	*place = upstream->next;
	upstream->is_waiting = false;
}

static struct link_upstream *waiting_pop(struct uplink *uplink)
{
	struct link_upstream *first = uplink->waiting;

	uplink->waiting = first->next;
	first->is_waiting = false;
	return first;
}

/* Ends one that has no channel, or whose channel is gone. */
static void link_upstream_end(struct link_upstream *upstream, const char *reason)
{
	if (upstream->base.events != NULL)
		upstream->base.events->on_closed(upstream->base.owner, reason);
	free(upstream);
}

static void on_channel_open(struct link_channel *channel)
{
	struct link_upstream *upstream = channel->owner;

	upstream->is_open = true;
	if (upstream->base.events != NULL)
		upstream->base.events->on_open(upstream->base.owner);
}

static void on_channel_data(struct link_channel *channel, struct byte_view bytes)
{
	struct link_upstream *upstream = channel->owner;

	if (upstream->base.events != NULL && !upstream->is_overrun)
		upstream->is_overrun = !upstream->base.events->on_data(upstream->base.owner, bytes);
}

static void on_channel_ready(struct link_channel *channel)
{
	struct link_upstream *upstream = channel->owner;

	if (upstream->base.events != NULL && !upstream->is_overrun)
		upstream->base.events->on_ready(upstream->base.owner);
	if (upstream->is_overrun || link_channel_is_eof(channel))
		link_channel_close(channel);
}

static const char *link_upstream_remark(const struct upstream *base)
{
	const char *said = ((const struct link_upstream *)base)->channel.said;

	return said[0] != '\0' ? said : NULL;
}

/*
 * Nothing had been asked of the agent yet: of a link that was lost under it, it is none that was in flight, and
 * goes on over the next. True if it does.
 */
static bool link_upstream_restart(struct link_upstream *upstream)
{
	struct uplink *uplink = upstream->uplink;

	if (upstream->base.events == NULL || upstream->is_open || upstream->link_count == LINKS_MAX)
		return false;
	if (uplink->state == UPLINK_UP) {
		link_upstream_start(upstream);
		return true;
	}
	if (uplink_seek(uplink) != 0)
		return false;
	waiting_push(upstream);
	return true;
}

static void on_channel_closed(struct link_channel *channel)
{
	struct link_upstream *upstream = channel->owner;
	bool is_link_lost = channel->link != upstream->uplink->link;
	const char *reason = link_upstream_remark(&upstream->base);

	if (is_link_lost && link_upstream_restart(upstream))
		return;
	if (is_link_lost)
		reason = "the link to the daemon was lost";
	else if (link_channel_is_refused(channel))
		reason = "the daemon refuses another agent connection";
	link_upstream_end(upstream, reason);
}

static const struct link_channel_events channel_events = {
	.on_open = on_channel_open,
	.on_data = on_channel_data,
	.on_ready = on_channel_ready,
	.on_closed = on_channel_closed,
};

static int link_upstream_send(struct upstream *base, struct byte_view bytes)
{
	return link_channel_send(&((struct link_upstream *)base)->channel, bytes);
}

static void link_upstream_close(struct upstream *base)
{
	struct link_upstream *upstream = (struct link_upstream *)base;

	if (!upstream->is_waiting) {
		link_channel_close(&upstream->channel);
		return;
	}
	waiting_remove(upstream);
	free(upstream);
}

static const struct upstream_ops link_upstream_ops = {
	.send = link_upstream_send,
	.close = link_upstream_close,
	.remark = link_upstream_remark,
};

static void link_upstream_start(struct link_upstream *upstream)
{
	upstream->link_count++;
	link_channel_open(&upstream->channel, upstream->uplink->link, LINK_CHANNEL_AGENT,
			  upstream->id, &channel_events, upstream);
}

static void on_lost(void *owner, const char *reason)
{
	struct uplink *uplink = owner;

	uplink->link = NULL;
	uplink->state = UPLINK_DOWN;
	uplink->has_told = false;
	log_error("the link to %s was lost: %s; agent requests fail until it is back",
		  uplink->where, reason);
}

static const struct link_events uplink_link_events = {.on_lost = on_lost};

static void seek_end(struct uplink *uplink)
{
	find_close(uplink->find);
	uplink->find = NULL;
}

static void on_found(void *owner, const struct found *found)
{
	struct uplink *uplink = owner;

	uplink->link = found->link;
	uplink->state = UPLINK_UP;
	link_adopt(uplink->link, &uplink_link_events, uplink);
	seek_end(uplink);
	log_info("the link to %s is back", uplink->where);
	while (uplink->state == UPLINK_UP && uplink->waiting != NULL)
		link_upstream_start(waiting_pop(uplink));
}

static void on_not_found(void *owner, enum find_failure failure)
{
	struct uplink *uplink = owner;

	if (!uplink->has_told)
		find_report(uplink->find, failure);
	uplink->has_told = true;
	uplink->state = UPLINK_DOWN;
	uplink->not_before_ms = uv_now(uplink->loop) + SEEK_INTERVAL_MS;
	seek_end(uplink);
	while (uplink->waiting != NULL)
		link_upstream_end(waiting_pop(uplink), "the link to the daemon is lost");
}

static const struct find_events seek_events = {
	.on_found = on_found,
	.on_failed = on_not_found,
};

static int uplink_seek(struct uplink *uplink)
{
	if (uplink->state == UPLINK_SEEKING)
		return 0;
	if (uv_now(uplink->loop) < uplink->not_before_ms)
		return -EHOSTUNREACH;
	if (find_start(uplink->loop, &uplink->request, &seek_events, uplink, &uplink->find) != 0)
		return -ENOMEM;
	uplink->state = UPLINK_SEEKING;
	return 0;
}

void uplink_init(struct uplink *uplink, uv_loop_t *loop, const struct found *found,
		 const struct link_credentials *credentials)
{
	*uplink = (struct uplink){.loop = loop, .state = UPLINK_UP, .link = found->link};
	uplink->request = (struct find_request){
		.candidates = {.items = {*found->candidate}, .count = 1},
		.credentials = credentials,
		.wait_ms = SEEK_MAX_MS,
		.is_patient = true,
	};
	snprintf(uplink->where, sizeof(uplink->where), "%s", found->where);
	snprintf(uplink->path, sizeof(uplink->path), "%s", found->path != NULL ? found->path : "");
	liveness_init(&uplink->liveness, loop, &uplink->link, LIVENESS_INTERVAL_MS);
	if (uplink->link != NULL)
		link_adopt(uplink->link, &uplink_link_events, uplink);
}

int uplink_open(struct uplink *uplink, const char *id, const struct upstream_events *events,
		void *owner, struct upstream **out)
{
	struct link_upstream *upstream;
	int err;

	if (uplink->path[0] != '\0')
		return unix_upstream_open(uplink->loop, uplink->path, events, owner, out);
	if (uplink->state != UPLINK_UP) {
		err = uplink_seek(uplink);
		if (err != 0)
			return err;
	}
	upstream = calloc(1, sizeof(*upstream));
	if (upstream == NULL)
		return -ENOMEM;
	upstream->base =
		(struct upstream){.ops = &link_upstream_ops, .events = events, .owner = owner};
	upstream->uplink = uplink;
	upstream->id = id;
	*out = &upstream->base;
	if (uplink->state == UPLINK_UP) {
		link_upstream_start(upstream);
		return 0;
	}
	waiting_push(upstream);
	return 0;
}

void uplink_close(struct uplink *uplink)
{
	if (uplink->find != NULL)
		seek_end(uplink);
	if (uplink->link != NULL)
		link_close(uplink->link);
	uplink->link = NULL;
	liveness_close(&uplink->liveness);
	while (uplink->waiting != NULL)
		link_upstream_end(waiting_pop(uplink), NULL);
}
