/*
 * known_hosts.h - one line of a known_hosts file, as OpenSSH reads it (sshd(8), section
 * SSH_KNOWN_HOSTS FILE FORMAT; hostfile.c): marker, names, key type, key, comment.
 *
 * What OpenSSH would pass over as broken is broken here, but for keys of a type that is unknown,
 * since whoever gets the line may know it, and for numbers in a key that make it none.
 */
#ifndef COMMON_KNOWN_HOSTS_H
#define COMMON_KNOWN_HOSTS_H

#include "common/bytes.h"

enum {
	KNOWN_HOSTS_LINE_MAX = 64 * 1024,
	KNOWN_HOSTS_KEY_MAX = 16 * 1024,
};

enum known_hosts_marker {
	KNOWN_HOSTS_KEY,       /* no marker: the key is the host's */
	KNOWN_HOSTS_AUTHORITY, /* @cert-authority: the key signs certificates of the hosts */
	KNOWN_HOSTS_REVOKED,   /* @revoked: the key is trusted for nothing */
};

struct known_hosts_line {
	enum known_hosts_marker marker;
	struct byte_view names; /* patterns with commas between, or |1|salt|hash; into the line */
	struct byte_buf key_blob;
};

/*
 * line: without its line end. 0 and *out, the caller's to deinit; -ENOENT: empty, or a comment;
 * -EBADMSG: broken; -EMSGSIZE: line or key are too long; -ENOMEM.
 */
int known_hosts_parse(struct byte_view line, struct known_hosts_line *out);
void known_hosts_line_deinit(struct known_hosts_line *line);

/*
 * Whether the names of a line cover name, which is "host" or "[host]:port" (host_name.h), in
 * lower case. One pattern with '!' that matches outweighs all others of the line.
 */
bool known_hosts_match(struct byte_view names, const char *name);

#endif
