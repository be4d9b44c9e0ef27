#include "agentd/secret_look.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
	size_t index; /* in the set */
	char *path;
	dev_t device;
};

struct secret_look {
	struct file_work work; /* its thread has err, fault and the devices while it is not idle */
	uv_timer_t deadline;
	bool is_timer_closed;
	struct secret_set *set;
	secret_look_done on_done; /* NULL once called or closed */
	void *owner;
	atomic_size_t at; /* the file that is looked at */
	int err;
	char fault[SECRET_SET_REASON_MAX];
	size_t count;
	struct file files[];
};

static void look_free(struct secret_look *look)
{
	for (size_t i = 0; i < look->count; i++)
		free(look->files[i].path);
	free(look);
}

static void look_free_if_over(struct secret_look *look)
{
	if (look->is_timer_closed && look->work.state == FILE_WORK_IDLE)
		look_free(look);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct secret_look *look = handle->data;

	look->is_timer_closed = true;
	look_free_if_over(look);
}

void secret_look_close(struct secret_look *look)
{
	look->on_done = NULL;
	file_work_drop(&look->work);
	uv_close((uv_handle_t *)&look->deadline, on_timer_closed);
}

static void look_finish(struct secret_look *look, size_t at, const char *fault)
{
	secret_look_done on_done = look->on_done;
	char text[SECRET_SET_REASON_MAX + ID_NAME_MAX + 16];

	snprintf(text, sizeof(text), "[secret %s]: %s", look->set->list[look->files[at].index].name,
		 fault != NULL ? fault : "");
	secret_look_close(look);
	on_done(look->owner, fault != NULL ? text : NULL);
}

static void on_late(uv_timer_t *timer)
{
	struct secret_look *look = timer->data;
	size_t at = atomic_load(&look->at);
	char fault[SECRET_SET_REASON_MAX];

	snprintf(fault, sizeof(fault), "%s: %s", look->files[at].path,
		 look->work.state == FILE_WORK_RUNNING
			 ? "its file system does not answer"
			 : "it cannot be looked at: file systems of other secrets do not answer");
	look_finish(look, at, fault);
}

/* In a thread of the pool. */
static void run(struct file_work *work)
{
	struct secret_look *look = work->owner;

	for (size_t i = 0; i < look->count && look->err == 0; i++) {
		atomic_store(&look->at, i);
		look->err =
			secret_set_look(look->files[i].path, &look->files[i].device, look->fault);
	}
}

static void on_run(struct file_work *work)
{
	struct secret_look *look = work->owner;

	if (look->on_done == NULL) {
		look_free_if_over(look);
		return;
	}
	for (size_t i = 0; i < look->count && look->err == 0; i++)
		look->set->list[look->files[i].index].device = look->files[i].device;
	look_finish(look, atomic_load(&look->at), look->err != 0 ? look->fault : NULL);
}

/* True if known has the file, and its device is taken from there. */
static bool take_known(struct offered_secret *secret, const struct secret_set *known)
{
	for (size_t i = 0; i < known->count; i++) {
		if (known->list[i].path != NULL && strcmp(known->list[i].path, secret->path) == 0) {
			secret->device = known->list[i].device;
			return true;
		}
	}
	return false;
}

int secret_look_start(struct file_queue *queue, struct secret_set *set,
		      const struct secret_set *known, uint64_t timeout_ms, secret_look_done on_done,
		      void *owner, struct secret_look **out)
{
	struct secret_look *look = calloc(1, sizeof(*look) + set->count * sizeof(look->files[0]));
	int err = look != NULL ? 0 : -ENOMEM;

	*out = NULL;
	for (size_t i = 0; err == 0 && i < set->count; i++) {
		struct offered_secret *secret = &set->list[i];

		if (secret->path == NULL || take_known(secret, known))
			continue;
		look->files[look->count].index = i;
		look->files[look->count].path = strdup(secret->path);
		err = look->files[look->count++].path != NULL ? 0 : -ENOMEM;
	}
	if (err != 0 || look->count == 0) {
		if (look != NULL)
			look_free(look);
		return err;
	}
	look->set = set;
	look->on_done = on_done;
	look->owner = owner;
	/* On which they are is not known yet: those of all looks are taken for one file system. */
	look->work = (struct file_work){.queue = queue, .owner = look, .run = run, .done = on_run};
	uv_timer_init(queue->loop, &look->deadline);
	look->deadline.data = look;
	uv_timer_start(&look->deadline, on_late, timeout_ms, 0);
	file_work_start(&look->work);
	*out = look;
	return 0;
}
