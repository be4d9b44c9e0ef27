#include "agentd/audit_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/audit_line.h"
#include "common/log.h"

enum { AUDIT_RETRY_MS = 500 };

struct audit_entry {
	TAILQ_ENTRY(audit_entry) entry;
	struct audit_ticket *ticket; /* NULL: nobody waits */
	bool is_gap;
	uint64_t lost_said; /* of a gap: the lines that it tells of */
	uint64_t omitted_said;
	char *text;
	size_t len;
};

static void writer_work(struct audit_writer *writer);

int audit_writer_open(struct audit_writer *writer, const char *destination, const char *consequence)
{
	char fault[AUDIT_FAULT_MAX] = "out of memory";
	int err;

	*writer = (struct audit_writer){
		.consequence = consequence,
		.next_number = 1,
		.sink = {.file = {.fd = -1}, .journal_fd = -1},
		.destination = strdup(destination),
	};
	TAILQ_INIT(&writer->queue);
	err = writer->destination == NULL ? -ENOMEM
					  : audit_sink_open(&writer->sink, destination, fault);
	if (err != 0)
		log_error("--audit-log %s cannot be written to: %s", destination, fault);
	return err;
}

static void on_retry_due(uv_timer_t *timer)
{
	writer_work(timer->data);
}

void audit_writer_start(struct audit_writer *writer, uv_loop_t *loop)
{
	writer->loop = loop;
	writer->work.data = writer;
	uv_timer_init(loop, &writer->retry);
	writer->retry.data = writer;
	uv_unref((uv_handle_t *)&writer->retry);
}

json_t *audit_writer_line(struct audit_writer *writer, const char *event)
{
	return audit_line_new(event, writer->next_number++);
}

static struct audit_entry *entry_new(const struct audit_writer *writer, const json_t *line)
{
	struct audit_entry *entry = line != NULL ? calloc(1, sizeof(*entry)) : NULL;

	if (entry == NULL)
		return NULL;
	entry->text = audit_sink_format(&writer->sink, line, &entry->len);
	if (entry->text == NULL) {
		free(entry);
		return NULL;
	}
	return entry;
}

static void entry_free(struct audit_entry *entry)
{
	free(entry->text);
	free(entry);
}

static void entry_settle(struct audit_entry *entry, int err)
{
	struct audit_ticket *ticket = entry->ticket;

	entry_free(entry);
	if (ticket == NULL)
		return;
	ticket->entry = NULL;
	ticket->on_recorded(ticket, err);
}

void audit_ticket_drop(struct audit_ticket *ticket)
{
	if (ticket->entry != NULL)
		ticket->entry->ticket = NULL;
	ticket->entry = NULL;
}

static int writer_lose(struct audit_writer *writer, int err)
{
	if (writer->lost_unsaid == 0 && writer->failure == 0)
		log_warn("the audit log %s is not written fast enough: lines are lost",
			 writer->destination);
	writer->lost_count++;
	writer->lost_unsaid++;
	return err;
}

int audit_writer_put(struct audit_writer *writer, json_t *line, struct audit_ticket *ticket)
{
	struct audit_entry *entry = NULL;
	int err = -ENOMEM;

	if (writer->queue_len >= AUDIT_QUEUE_MAX)
		err = -ENOBUFS;
	else if (ticket != NULL && writer->failure != 0)
		err = writer->failure;
	else
		entry = entry_new(writer, line);
	json_decref(line);
	if (entry == NULL)
		return writer_lose(writer, err);
	entry->ticket = ticket;
	if (ticket != NULL)
		ticket->entry = entry;
	TAILQ_INSERT_TAIL(&writer->queue, entry, entry);
	writer->queue_len++;
	if (writer->failure == 0)
		writer_work(writer);
	return 0;
}

void audit_writer_omit(struct audit_writer *writer)
{
	writer->omitted_count++;
	writer->omitted_unsaid++;
}

/* The numbers show that lines are missing; this one tells why. NULL where it is not needed. */
static struct audit_entry *gap_new(struct audit_writer *writer)
{
	struct audit_entry *entry;
	json_t *line;

	if (writer->lost_unsaid == 0 && writer->omitted_unsaid == 0 && writer->failure == 0)
		return NULL;
	if (writer->gap_number == 0)
		writer->gap_number = writer->next_number++;
	line = audit_line_new("gap", writer->gap_number);
	json_object_set_new(line, "lost", json_integer((json_int_t)writer->lost_unsaid));
	json_object_set_new(line, "omitted", json_integer((json_int_t)writer->omitted_unsaid));
	json_object_set_new(line, "reason",
			    writer->failure != 0 ? json_string(strerror(-writer->failure))
						 : json_null());
	entry = entry_new(writer, line);
	json_decref(line);
	if (entry == NULL)
		return NULL;
	entry->is_gap = true;
	entry->lost_said = writer->lost_unsaid;
	entry->omitted_said = writer->omitted_unsaid;
	return entry;
}

/* In the thread, which touches nothing but the batch and the sink. */
static void on_work(uv_work_t *work)
{
	struct audit_writer *writer = work->data;
	struct iovec lines[AUDIT_BATCH_MAX];

	writer->reopen_err = writer->reopens ? audit_sink_reopen(&writer->sink, writer->fault) : 0;
	for (size_t i = 0; i < writer->batch_count; i++)
		lines[i] = (struct iovec){.iov_base = writer->batch[i]->text,
					  .iov_len = writer->batch[i]->len};
	writer->batch_done = 0;
	writer->batch_err =
		audit_sink_write(&writer->sink, lines, writer->batch_count, &writer->batch_done);
}

static void entry_written(struct audit_writer *writer, struct audit_entry *entry)
{
	writer->written_count++;
	if (entry->is_gap) {
		writer->gap_number = 0;
		writer->lost_unsaid -= entry->lost_said;
		writer->omitted_unsaid -= entry->omitted_said;
	}
	entry_settle(entry, 0);
}

/* What somebody waits for has not happened; the rest waits for better times. */
static void writer_take_back(struct audit_writer *writer)
{
	for (size_t i = writer->batch_count; i > writer->batch_done; i--) {
		struct audit_entry *entry = writer->batch[i - 1];

		if (entry->is_gap) {
			entry_free(entry); /* the next one will tell more */
		} else if (entry->ticket != NULL) {
			writer_lose(writer, 0);
			entry_settle(entry, writer->failure);
		} else {
			TAILQ_INSERT_HEAD(&writer->queue, entry, entry);
			writer->queue_len++;
		}
	}
}

/* Those that wait behind the batch are no better off. */
static void writer_fail_tickets(struct audit_writer *writer)
{
	struct audit_entry *entry;
	struct audit_entry *next;

	for (entry = TAILQ_FIRST(&writer->queue); entry != NULL; entry = next) {
		next = TAILQ_NEXT(entry, entry);
		if (entry->ticket == NULL)
			continue;
		TAILQ_REMOVE(&writer->queue, entry, entry);
		writer->queue_len--;
		writer_lose(writer, 0);
		entry_settle(entry, writer->failure);
	}
}

static void writer_set_failure(struct audit_writer *writer, int err)
{
	if (err != 0 && writer->failure == 0)
		log_error("the audit log %s cannot be written: %s; %s", writer->destination,
			  strerror(-err), writer->consequence);
	if (err == 0 && writer->failure != 0)
		log_warn("the audit log %s is written again", writer->destination);
	writer->failure = err;
}

static void on_worked(uv_work_t *work, int status)
{
	struct audit_writer *writer = work->data;

	assert(status == 0); /* it is never cancelled */
	if (writer->reopens && writer->reopen_err != 0)
		log_error("the audit log %s cannot be opened anew, its old file is written on: %s",
			  writer->destination, writer->fault);
	writer->reopens = false;
	writer_set_failure(writer, writer->batch_err);
	/* Whoever waited may put the next line at once, which must not touch the batch. */
	for (size_t i = 0; i < writer->batch_done; i++)
		entry_written(writer, writer->batch[i]);
	if (writer->failure != 0) {
		writer_take_back(writer);
		writer_fail_tickets(writer);
	}
	writer->is_working = false;
	if (writer->failure == 0)
		writer_work(writer);
	else if (!writer->is_closing)
		uv_timer_start(&writer->retry, on_retry_due, AUDIT_RETRY_MS, 0);
}

/* Has the thread write what waits, if it has nothing to do. */
static void writer_work(struct audit_writer *writer)
{
	struct audit_entry *entry;

	if (writer->is_working)
		return;
	writer->batch_count = 0;
	entry = gap_new(writer);
	if (entry != NULL)
		writer->batch[writer->batch_count++] = entry;
	while (writer->batch_count < AUDIT_BATCH_MAX && !TAILQ_EMPTY(&writer->queue)) {
		entry = TAILQ_FIRST(&writer->queue);
		TAILQ_REMOVE(&writer->queue, entry, entry);
		writer->queue_len--;
		writer->batch[writer->batch_count++] = entry;
	}
	if (writer->batch_count == 0 && !writer->wants_reopen)
		return;
	writer->reopens = writer->wants_reopen;
	writer->wants_reopen = false;
	writer->is_working = true;
	uv_timer_stop(&writer->retry);
	uv_queue_work(writer->loop, &writer->work, on_work, on_worked);
}

void audit_writer_reopen(struct audit_writer *writer)
{
	writer->wants_reopen = true;
	writer_work(writer);
}

void audit_writer_close(struct audit_writer *writer)
{
	if (writer->loop == NULL)
		return;
	writer->is_closing = true;
	writer_work(writer); /* once more, whatever came of the last time */
	uv_close((uv_handle_t *)&writer->retry, NULL);
}

void audit_writer_deinit(struct audit_writer *writer)
{
	uint64_t lost = writer->lost_unsaid;

	for (size_t i = 0; writer->is_working && i < writer->batch_count; i++)
		lost += !writer->batch[i]->is_gap;
	while (!TAILQ_EMPTY(&writer->queue)) {
		struct audit_entry *entry = TAILQ_FIRST(&writer->queue);

		TAILQ_REMOVE(&writer->queue, entry, entry);
		entry_free(entry);
		lost++;
	}
	if (lost > 0)
		log_error("the audit log %s %s its last %llu lines", writer->destination,
			  writer->is_working ? "may lack" : "lacks", (unsigned long long)lost);
	if (writer->is_working)
		return; /* all else is its thread's */
	audit_sink_close(&writer->sink);
	free(writer->destination);
	writer->destination = NULL;
}
