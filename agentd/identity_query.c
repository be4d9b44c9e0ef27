#include "agentd/identity_query.h"

#include <errno.h>

#include "agentd/identity_filter.h"
#include "common/agent_msg.h"
#include "common/frame.h"

static void query_finish(struct identity_query *query)
{
	identity_query_give_up(query);
	query->on_done(query);
}

static void on_failed(struct upstream *upstream, const char *reason)
{
	struct identity_query *query = upstream_owner(upstream);

	query->fault = reason;
	query_finish(query);
}

static void on_turn(struct upstream *upstream)
{
	static const uint8_t request[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};

	if (upstream_send(upstream, (struct byte_view){request, sizeof(request)}) < 0)
		on_failed(upstream, "the connection to the agent broke");
}

/* 0 if it is a whole list of keys. */
static int check_list(struct byte_view body)
{
	struct identity_list list;
	struct identity identity;
	int err = agent_identities_start(body, &list);

	while (err == 0)
		err = agent_identities_next(&list, &identity);
	return err == -ENOENT ? 0 : err;
}

/* The keys that the id offers, of all that its source has. */
static int query_keep(struct identity_query *query, struct byte_view frame)
{
	struct byte_view body = {frame.ptr + FRAME_HEADER_LEN, frame.len - FRAME_HEADER_LEN};
	int err = check_list(body);

	if (err == 0 && rules_name_keys(&query->source->rules))
		err = identity_filter_put(&query->source->rules, frame, &query->answer);
	else if (err == 0)
		byte_buf_put_bytes(&query->answer, frame.ptr, frame.len);
	if (err == 0)
		err = byte_buf_status(&query->answer);
	if (err == 0)
		byte_buf_consume(&query->answer, FRAME_HEADER_LEN);
	return err;
}

static void on_replied(struct upstream *upstream, struct byte_view frame)
{
	struct identity_query *query = upstream_owner(upstream);

	query->fault = NULL;
	if (frame.ptr[FRAME_HEADER_LEN] != SSH_AGENT_IDENTITIES_ANSWER)
		query->fault = "it does not list its keys";
	else if (query_keep(query, frame) != 0)
		query->fault = "the list of its keys is malformed";
	query_finish(query);
}

/* It is not idle while it is here. */
static bool on_wanted(struct upstream *upstream)
{
	(void)upstream;
	return false;
}

static bool is_idle(const struct upstream *upstream)
{
	(void)upstream;
	return false;
}

static const struct upstream_events query_events = {
	.on_turn = on_turn,
	.on_replied = on_replied,
	.on_failed = on_failed,
	.on_wanted = on_wanted,
	.is_idle = is_idle,
	.is_onlooker = true,
};

/* Of no build: it shares with none. */
static const struct grant nobody = {.peer = "status"};

int identity_query_begin(struct identity_query *query, struct upstream_pool *pool)
{
	source_hold(query->source);
	byte_buf_init(&query->answer, FRAME_LEN_MAX);
	/* Who waits for a connection is given that of a build in the end: looking on must not do that. */
	if (query->source->state->open_count >= pool->limits->upstream_per_id) {
		query->fault = "all connections to it are in use";
		return -EBUSY;
	}
	query->fault = "it does not answer";
	query->upstream = upstream_new(pool, query->source, &nobody, &query_events, query);
	if (query->upstream != NULL)
		return 0;
	query->fault = "out of memory";
	return -ENOMEM;
}

void identity_query_give_up(struct identity_query *query)
{
	if (query->upstream != NULL)
		upstream_close(query->upstream);
	query->upstream = NULL;
}

void identity_query_end(struct identity_query *query)
{
	identity_query_give_up(query);
	byte_buf_deinit(&query->answer);
	source_release(query->source);
}
