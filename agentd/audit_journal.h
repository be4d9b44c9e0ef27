/*
 * audit_journal.h - entries for systemd's journal, by its native protocol.
 *
 * As documented at https://systemd.io/JOURNAL_NATIVE_PROTOCOL. May wait for the journal, for a
 * moment; called from a thread of its own.
 */
#ifndef AGENTD_AUDIT_JOURNAL_H
#define AGENTD_AUDIT_JOURNAL_H

#include <stddef.h>
#include <sys/uio.h>

#define AUDIT_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* A descriptor for audit_journal_write, or a negative errno: nobody listens at path. */
int audit_journal_open(const char *path);

/* Sends each of entries as one datagram; as audit_file_write. */
int audit_journal_write(int fd, const struct iovec *entries, size_t count, size_t *done);

#endif
