/*
 * audit.h - the audit log: a line for every decision, for whoever has to account for the keys.
 *
 * With "best-effort", what cannot be written is counted, and said. With "required", no signature
 * leaves before its line is written: the reply waits for a ticket, and while lines cannot be written
 * nothing is signed.
 */
#ifndef AGENTD_AUDIT_H
#define AGENTD_AUDIT_H

#include "agentd/audit_writer.h"
#include "agentd/record.h"

enum audit_mode { AUDIT_BEST_EFFORT, AUDIT_REQUIRED };

struct audit {
	enum audit_mode mode;
	bool is_on;
	struct audit_writer writer;
	time_t flood_second;
	unsigned flood_lines; /* in that second */
};

/* "best-effort" or "required". 0 or -EINVAL. */
int audit_parse_mode(const char *text, enum audit_mode *mode);
const char *audit_mode_name(enum audit_mode mode);

/*
 * Opens the log; destination: "journal" or a file; NULL for none. Reports what is wrong and returns a
 * negative errno. audit_deinit is due in any case.
 */
int audit_open(struct audit *audit, const char *destination, enum audit_mode mode);

/* From now on lines are written. Only lines keep the loop running. */
void audit_start(struct audit *audit, uv_loop_t *loop);

/* In all that follow, audit may be NULL, or off: then they do nothing. */

/* NULL, or why nothing may be signed now; a constant. */
const char *audit_obstacle(const struct audit *audit);

/*
 * A line for what became of a request, unless it only passed. 0: go on. With a ticket: -EINPROGRESS, what
 * was asked for must wait for the ticket, whose on_recorded is never called from within; or another
 * negative errno, it must not be handed out at all.
 */
int audit_record(struct audit *audit, const struct record *record, struct audit_ticket *ticket);

/*
 * A line of another kind: audit_begin, members by json_object_set_new, audit_end, which takes the
 * reference. NULL where there is no log, which both take.
 */
json_t *audit_begin(struct audit *audit, const char *event);
void audit_end(struct audit *audit, json_t *line);

/* A line of what one peer did, or was refused for a reason, which may be NULL. can_flood: anybody can
 * bring it about at will, so that there are but so many lines a second. */
void audit_peer(struct audit *audit, const char *event, const struct grant *grant,
		const char *reason, bool can_flood);

/* A secret was handed out, all its len bytes. */
void audit_secret(struct audit *audit, const struct grant *grant, const char *name, uint64_t len);

/* The file was moved away: opens another. */
void audit_reopen(struct audit *audit);

/* How many lines were written in this run; and whether there are more to write. */
uint64_t audit_written_count(const struct audit *audit);
bool audit_is_behind(const struct audit *audit);

/* The last lines are written, once the loop has come round; then audit_deinit, which says how many are missing. */
void audit_close(struct audit *audit);
void audit_deinit(struct audit *audit);

#endif
