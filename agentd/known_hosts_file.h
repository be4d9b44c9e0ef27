/*
 * known_hosts_file.h - one known_hosts file as it was when it was last read.
 *
 * The files are the user's own and are looked at again before each use, as ssh does: whoever
 * accepts or revokes a host's key on the host need not tell the daemon.
 */
#ifndef AGENTD_KNOWN_HOSTS_FILE_H
#define AGENTD_KNOWN_HOSTS_FILE_H

#include <sys/types.h>
#include <time.h>

#include "common/known_hosts.h"

enum { KNOWN_HOSTS_FILE_MAX = 8 * 1024 * 1024 };

struct known_hosts_entry {
	struct known_hosts_line line; /* its key is a plain one, unless a host's is a certificate */
	struct byte_view text;	      /* as it stands in the file, without line end */
};

struct known_hosts_file {
	char *path; /* owned */
	struct byte_buf text;
	struct known_hosts_entry *entries;
	size_t entry_count;

	/* what it was read from; all zero where there is no file */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct timespec changed;
	int error;	       /* of reading it: a negative errno, 0 */
	unsigned broken_count; /* lines passed over, and reported */
};

/* Nothing is read yet. 0 or -ENOMEM. */
int known_hosts_file_init(struct known_hosts_file *file, const char *path);
void known_hosts_file_deinit(struct known_hosts_file *file);

/* Before file is read: what was last read of it, in case it cannot be read now. 0 or -ENOMEM. */
int known_hosts_file_copy(struct known_hosts_file *file, const struct known_hosts_file *before);

/*
 * Reads the file if it is another than before, and then sets *has_changed. A file that is not
 * there has no lines. Broken lines are passed over and reported. So is a file that cannot be
 * read, or is too large: what was last read of it stays, since some of it may be that a key is
 * revoked. 0, or -ENOMEM, and then all is as before.
 */
int known_hosts_file_refresh(struct known_hosts_file *file, bool *has_changed);

#endif
