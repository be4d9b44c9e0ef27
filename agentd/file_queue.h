/*
 * file_queue.h - work on files of the host, which may take for ever: a network file system whose server is
 * gone answers nothing.
 *
 * Threads that hang are not to be all the loop's pool has, or the audit log, which is written in one,
 * would wait for a secret. So but a few work here at once, and never two on one file system, as far as is
 * known: one that hangs costs a thread, and whoever wants another goes on. What has no thread waits, in the order it
 * came.
 */
#ifndef AGENTD_FILE_QUEUE_H
#define AGENTD_FILE_QUEUE_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>
#include <uv.h>

/* Of the four libuv has unless told otherwise. */
enum { FILE_QUEUE_THREADS = 3 };

struct file_work;
TAILQ_HEAD(file_work_list, file_work);

struct file_queue {
	uv_loop_t *loop;
	struct file_work_list waiting;
	struct file_work_list running;
	unsigned running_count;
};

enum file_work_state { FILE_WORK_IDLE, FILE_WORK_WAITING, FILE_WORK_RUNNING };

/* A part of its owner. While it is not idle, it and queue must last. */
struct file_work {
	struct file_queue *queue;
	dev_t device; /* the file system, or what has been mounted over it since */
	void *owner;
	void (*run)(struct file_work *work);  /* in a thread, which may wait */
	void (*done)(struct file_work *work); /* afterwards, on the loop; the work is idle again */
	enum file_work_state state;
	uv_work_t request;
	TAILQ_ENTRY(file_work) entry;
};

void file_queue_init(struct file_queue *queue, uv_loop_t *loop);

/* The work must be idle. done is never called from within. */
void file_work_start(struct file_work *work);

/* True: it had only waited, and is idle. False: it was idle, or runs on, and done comes. */
bool file_work_drop(struct file_work *work);

#endif
