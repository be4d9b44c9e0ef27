/*
 * audit_writer.h - lines on their way into the audit log: a bounded queue, and a thread that
 * writes.
 *
 * The loop never waits. Lines are written in order, many at a time. When they cannot be, it is tried
 * again and again; lines that somebody waits for fail at once, the others wait as long as there is
 * room, and what is lost is counted, and told by a line ("gap") where the log goes on.
 */
#ifndef AGENTD_AUDIT_WRITER_H
#define AGENTD_AUDIT_WRITER_H

#include <jansson.h>
#include <sys/queue.h>
#include <uv.h>

#include "agentd/audit_sink.h"

enum {
	AUDIT_QUEUE_MAX = 4096, /* lines */
	AUDIT_BATCH_MAX = 64,	/* of them in one write */
};

struct audit_entry;
TAILQ_HEAD(audit_entry_list, audit_entry);

/* Waits for a line. Zeroed, with on_recorded and owner set. */
struct audit_ticket {
	/* Once, from the loop: 0, or a negative errno: the line was not written. */
	void (*on_recorded)(struct audit_ticket *ticket, int err);
	void *owner;
	struct audit_entry *entry; /* NULL: it waits for nothing */
};

struct audit_writer {
	uv_loop_t *loop;
	char *destination;	 /* for people */
	const char *consequence; /* the same, of lines that cannot be written */
	struct audit_entry_list queue;
	size_t queue_len;
	uint64_t next_number;
	uint64_t gap_number; /* of the "gap" that is to be written, else 0 */

	/* one piece of work for the thread, whose it is while is_working */
	uv_work_t work;
	struct audit_sink sink;
	struct audit_entry *batch[AUDIT_BATCH_MAX];
	size_t batch_count;
	size_t batch_done;
	int batch_err;
	bool reopens;
	int reopen_err;
	char fault[AUDIT_FAULT_MAX];
	bool is_working;

	uv_timer_t retry;
	bool wants_reopen;
	bool is_closing;
	int failure; /* why lines cannot be written now, a negative errno; else 0 */
	uint64_t written_count;
	uint64_t lost_count;
	uint64_t lost_unsaid; /* of these, those that no line tells of yet */
	uint64_t omitted_count;
	uint64_t omitted_unsaid;
};

/* Opens the log. Reports what is wrong and returns a negative errno. audit_writer_deinit is due in
 * any case. consequence is a constant. */
int audit_writer_open(struct audit_writer *writer, const char *destination,
		      const char *consequence);

/* From now on lines are written. Only lines keep the loop running. */
void audit_writer_start(struct audit_writer *writer, uv_loop_t *loop);

/* A line with its number, to be filled in and put. NULL when out of memory. */
json_t *audit_writer_line(struct audit_writer *writer, const char *event);

/*
 * Puts a line into the queue; takes the reference. 0; or a negative errno, and the line is lost. With a
 * ticket, lines are lost while there is a failure.
 */
int audit_writer_put(struct audit_writer *writer, json_t *line, struct audit_ticket *ticket);

/* Whoever waited has gone; the line is written none the less. */
void audit_ticket_drop(struct audit_ticket *ticket);

/* A line is not even made, for there are too many like it. */
void audit_writer_omit(struct audit_writer *writer);

/* The file was moved away: opens another. */
void audit_writer_reopen(struct audit_writer *writer);

/* The last lines are written, once the loop has come round; then audit_writer_deinit. */
void audit_writer_close(struct audit_writer *writer);
void audit_writer_deinit(struct audit_writer *writer);

#endif
