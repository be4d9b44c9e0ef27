#include "agentd/audit.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agentd/audit_line.h"
#include "agentd/json_text.h"
#include "version.h"

/* Lines in a second about what anybody can bring about at will; a log must not fill the disk. */
enum { FLOOD_LINES_MAX = 100 };

static const char *const mode_names[] = {
	[AUDIT_BEST_EFFORT] = "best-effort",
	[AUDIT_REQUIRED] = "required",
};

static const char *const consequences[] = {
	[AUDIT_BEST_EFFORT] = "keys are used without a record (--audit best-effort)",
	[AUDIT_REQUIRED] = "nothing is signed until it can (--audit required)",
};

int audit_parse_mode(const char *text, enum audit_mode *mode)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
		if (strcmp(text, mode_names[i]) == 0) {
			*mode = (enum audit_mode)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *audit_mode_name(enum audit_mode mode)
{
	return mode_names[mode];
}

static bool is_on(const struct audit *audit)
{
	return audit != NULL && audit->is_on;
}

int audit_open(struct audit *audit, const char *destination, enum audit_mode mode)
{
	*audit = (struct audit){.mode = mode, .is_on = destination != NULL};
	return is_on(audit) ? audit_writer_open(&audit->writer, destination, consequences[mode])
			    : 0;
}

void audit_start(struct audit *audit, uv_loop_t *loop)
{
	json_t *line;

	if (!is_on(audit))
		return;
	audit_writer_start(&audit->writer, loop);
	line = audit_begin(audit, "daemon-started");
	json_object_set_new(line, "version", json_string(SFA_VERSION));
	json_object_set_new(line, "pid", json_integer(getpid()));
	json_object_set_new(line, "audit", json_string(mode_names[audit->mode]));
	audit_end(audit, line);
}

const char *audit_obstacle(const struct audit *audit)
{
	if (is_on(audit) && audit->mode == AUDIT_REQUIRED && audit->writer.failure != 0)
		return "the audit log cannot be written";
	return NULL;
}

/* False: counted, in place of a line. */
static bool audit_is_due(struct audit *audit)
{
	time_t now = time(NULL);

	if (now != audit->flood_second) {
		audit->flood_second = now;
		audit->flood_lines = 0;
	}
	if (audit->flood_lines++ < FLOOD_LINES_MAX)
		return true;
	audit_writer_omit(&audit->writer);
	return false;
}

/* All decisions on signatures, and what was refused of the rest. */
static bool is_worth_a_line(struct audit *audit, const struct record *record)
{
	if (record_is_of_signature(record))
		return true;
	return record->verdict == VERDICT_REFUSED && audit_is_due(audit);
}

int audit_record(struct audit *audit, const struct record *record, struct audit_ticket *ticket)
{
	json_t *line;
	int err;

	if (!is_on(audit) || !is_worth_a_line(audit, record))
		return 0;
	line = audit_writer_line(&audit->writer, "request");
	audit_line_put_record(line, record);
	if (audit->mode == AUDIT_BEST_EFFORT)
		ticket = NULL;
	err = audit_writer_put(&audit->writer, line, ticket);
	if (ticket == NULL)
		return 0;
	return err != 0 ? err : -EINPROGRESS;
}

json_t *audit_begin(struct audit *audit, const char *event)
{
	return is_on(audit) ? audit_writer_line(&audit->writer, event) : NULL;
}

void audit_end(struct audit *audit, json_t *line)
{
	if (is_on(audit))
		audit_writer_put(&audit->writer, line, NULL);
}

void audit_peer(struct audit *audit, const char *event, const struct grant *grant,
		const char *reason, bool can_flood)
{
	json_t *line;

	if (!is_on(audit) || (can_flood && !audit_is_due(audit)))
		return;
	line = audit_begin(audit, event);
	audit_line_put_grant(line, grant);
	if (reason != NULL)
		json_object_set_new(line, "reason", json_of_text(reason));
	audit_end(audit, line);
}

void audit_secret(struct audit *audit, const struct grant *grant, const char *name, uint64_t len)
{
	json_t *line = audit_begin(audit, "secret-sent");

	if (line == NULL)
		return;
	audit_line_put_grant(line, grant);
	json_object_set_new(line, "secret", json_of_text(name));
	json_object_set_new(line, "bytes", json_integer((json_int_t)len));
	audit_end(audit, line);
}

void audit_reopen(struct audit *audit)
{
	if (is_on(audit))
		audit_writer_reopen(&audit->writer);
}

void audit_close(struct audit *audit)
{
	if (!is_on(audit))
		return;
	audit_end(audit, audit_begin(audit, "daemon-ended"));
	audit_writer_close(&audit->writer);
}

uint64_t audit_written_count(const struct audit *audit)
{
	return is_on(audit) ? audit->writer.written_count : 0;
}

bool audit_is_behind(const struct audit *audit)
{
	return is_on(audit) && (audit->writer.is_working || audit->writer.queue_len > 0);
}

void audit_deinit(struct audit *audit)
{
	if (is_on(audit))
		audit_writer_deinit(&audit->writer);
	audit->is_on = false;
}
