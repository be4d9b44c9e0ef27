#include "agentd/audit_sink.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agentd/audit_journal.h"
#include "agentd/audit_line.h"

static int journal_open(struct audit_sink *sink)
{
	int fd = audit_journal_open(sink->journal_path);

	if (fd < 0)
		return fd;
	if (sink->journal_fd >= 0)
		close(sink->journal_fd);
	sink->journal_fd = fd;
	return 0;
}

int audit_sink_open(struct audit_sink *sink, const char *destination, char fault[AUDIT_FAULT_MAX])
{
	int err;

	*sink = (struct audit_sink){.file = {.fd = -1}, .journal_fd = -1};
	if (strcmp(destination, "journal") != 0)
		return audit_file_open(&sink->file, destination, fault);
	sink->is_journal = true;
	sink->journal_path = AUDIT_JOURNAL_SOCKET;
	err = journal_open(sink);
	if (err != 0)
		snprintf(fault, AUDIT_FAULT_MAX, "%s does not answer: %s", sink->journal_path,
			 strerror(-err));
	return err;
}

char *audit_sink_format(const struct audit_sink *sink, const json_t *line, size_t *len)
{
	return sink->is_journal ? audit_line_journal_fields(line, len) : audit_line_text(line, len);
}

int audit_sink_reopen(struct audit_sink *sink, char fault[AUDIT_FAULT_MAX])
{
	/* The journal has nothing to rotate, and a lost connection is made again by itself. */
	return sink->is_journal ? 0 : audit_file_reopen(&sink->file, fault);
}

int audit_sink_write(struct audit_sink *sink, const struct iovec *lines, size_t count, size_t *done)
{
	size_t more = 0;
	int err;

	if (!sink->is_journal)
		return audit_file_write(&sink->file, lines, count, done);
	err = audit_journal_write(sink->journal_fd, lines, count, done);
	/* A journal that was started again has a new socket. */
	if (err != 0 && journal_open(sink) == 0) {
		err = audit_journal_write(sink->journal_fd, lines + *done, count - *done, &more);
		*done += more;
	}
	return err;
}

void audit_sink_close(struct audit_sink *sink)
{
	audit_file_close(&sink->file);
	if (sink->journal_fd >= 0)
		close(sink->journal_fd);
	sink->journal_fd = -1;
}
