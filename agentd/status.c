#include "agentd/status.h"

#include <stdlib.h>

#include "agentd/status_document.h"

struct status {
	struct front *front;
	void (*on_done)(void *owner, struct byte_view text);
	void *owner;
	uv_timer_t timer;
	size_t waiting_for;
	size_t query_count;
	struct identity_query queries[]; /* one for each source, in their order */
};

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void status_cancel(struct status *status)
{
	for (size_t i = 0; i < status->query_count; i++)
		identity_query_end(&status->queries[i]);
	status->query_count = 0;
	uv_close((uv_handle_t *)&status->timer, on_timer_closed);
}

static void on_due(uv_timer_t *timer)
{
	struct status *status = timer->data;
	struct byte_buf text;

	/* Connections to sources that are counted are those of builds. */
	for (size_t i = 0; i < status->query_count; i++)
		identity_query_give_up(&status->queries[i]);
	byte_buf_init(&text, STATUS_LEN_MAX);
	if (status_document_put(status->front, status->queries, status->query_count, &text) != 0)
		byte_buf_deinit(&text);
	status->on_done(status->owner, byte_buf_view(&text));
	byte_buf_deinit(&text);
	status_cancel(status);
}

static void on_query_done(struct identity_query *query)
{
	struct status *status = query->owner;

	if (--status->waiting_for == 0)
		uv_timer_start(&status->timer, on_due, 0, 0);
}

struct status *status_new(struct front *front, void (*on_done)(void *owner, struct byte_view text),
			  void *owner)
{
	size_t count = front->sources.count;
	struct status *status = calloc(1, sizeof(*status) + count * sizeof(status->queries[0]));

	if (status == NULL)
		return NULL;
	status->front = front;
	status->on_done = on_done;
	status->owner = owner;
	status->query_count = count;
	uv_timer_init(front->loop, &status->timer);
	status->timer.data = status;
	for (size_t i = 0; i < count; i++) {
		struct identity_query *query = &status->queries[i];

		*query = (struct identity_query){.source = front->sources.list[i],
						 .on_done = on_query_done,
						 .owner = status};
		if (identity_query_begin(query, &front->pool) == 0)
			status->waiting_for++;
	}
	uv_timer_start(&status->timer, on_due, status->waiting_for > 0 ? STATUS_PATIENCE_MS : 0, 0);
	return status;
}
