#include "agentd/file_queue.h"

#include <assert.h>

void file_queue_init(struct file_queue *queue, uv_loop_t *loop)
{
	*queue = (struct file_queue){.loop = loop};
	TAILQ_INIT(&queue->waiting);
	TAILQ_INIT(&queue->running);
}

static bool is_at_work(const struct file_queue *queue, dev_t device)
{
	const struct file_work *work;

	TAILQ_FOREACH(work, &queue->running, entry)
		if (work->device == device)
			return true;
	return false;
}

static struct file_work *next_work(const struct file_queue *queue)
{
	struct file_work *work;

	if (queue->running_count == FILE_QUEUE_THREADS)
		return NULL;
	TAILQ_FOREACH(work, &queue->waiting, entry)
		if (!is_at_work(queue, work->device))
			return work;
	return NULL;
}

static void run_work(uv_work_t *request)
{
	struct file_work *work = request->data;

	work->run(work);
}

static void run_what_can(struct file_queue *queue);

static void on_run(uv_work_t *request, int status)
{
	struct file_work *work = request->data;
	struct file_queue *queue = work->queue;

	(void)status; /* never cancelled */
	TAILQ_REMOVE(&queue->running, work, entry);
	queue->running_count--;
	work->state = FILE_WORK_IDLE;
	run_what_can(queue);
	work->done(work);
}

static void run_what_can(struct file_queue *queue)
{
	struct file_work *work = next_work(queue);

	while (work != NULL) {
		int err;

		TAILQ_REMOVE(&queue->waiting, work, entry);
		TAILQ_INSERT_TAIL(&queue->running, work, entry);
		queue->running_count++;
		work->state = FILE_WORK_RUNNING;
		work->request.data = work;
		err = uv_queue_work(queue->loop, &work->request, run_work, on_run);
		assert(err == 0); /* it fails for want of a function only */
		(void)err;
		work = next_work(queue);
	}
}

void file_work_start(struct file_work *work)
{
	assert(work->state == FILE_WORK_IDLE);
	work->state = FILE_WORK_WAITING;
	TAILQ_INSERT_TAIL(&work->queue->waiting, work, entry);
	run_what_can(work->queue);
}

bool file_work_drop(struct file_work *work)
{
	if (work->state != FILE_WORK_WAITING)
		return false;
	TAILQ_REMOVE(&work->queue->waiting, work, entry);
	work->state = FILE_WORK_IDLE;
	return true;
}
