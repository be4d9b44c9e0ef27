/*
 * trusted_hosts.h - which keys are those of a host: what the user's known_hosts files say, as ssh
 * would read them for a connection to it.
 *
 * Hosts that are asked about are made known once, and what concerns each is found when a file
 * changes, not when a key is judged: hashed names cost an HMAC each.
 */
#ifndef AGENTD_TRUSTED_HOSTS_H
#define AGENTD_TRUSTED_HOSTS_H

#include "common/bytes.h"
#include "common/host_name.h"

enum { TRUSTED_HOSTS_FILES_MAX = 16 };

struct trusted_hosts;

/* One host that is asked about; lives as long as the trusted_hosts it belongs to. */
struct trusted_host;

/* Knows no file yet. NULL when out of memory. */
struct trusted_hosts *trusted_hosts_new(void);
void trusted_hosts_free(struct trusted_hosts *hosts);

/*
 * Reads these files, in the place of those read so far; "~/" is the home directory. With none:
 * those that ssh reads, ~/.ssh/known_hosts, ~/.ssh/known_hosts2 and their fellows in /etc/ssh, any
 * of which may be missing. Reports what is wrong with them. 0; -EINVAL for one that is named and
 * cannot be read, or for too many; -ENOMEM. On errors those read so far stay.
 */
int trusted_hosts_set_files(struct trusted_hosts *hosts, char *const *paths, size_t count);

/*
 * Reads again what has changed; costs a stat() for each file where nothing has. Silent about files
 * that have always been missing. Out of memory, all stays as it is.
 */
void trusted_hosts_refresh(struct trusted_hosts *hosts);

/*
 * The host of this name, HOST[:PORT]; one name is one host, however often it is asked for. 0;
 * -EINVAL: no host is called that; -ENOMEM.
 */
int trusted_hosts_add(struct trusted_hosts *hosts, const char *name,
		      const struct trusted_host **out);

/* The name it was added by. */
const char *trusted_host_text(const struct trusted_host *host);
const struct host_name *trusted_host_name(const struct trusted_host *host);

/* False if no file has a key of it, or an authority over it. */
bool trusted_host_is_known(const struct trusted_host *host);

/*
 * The first of these hosts whose key this blob is, plain or a certificate, whose signatures are
 * verified already (host_signature.h). NULL if it is none's, and *fault says why, a constant. As
 * in ssh, where the port is not 22 and "[host]:port" has no keys, those of "host" do; and a
 * certificate that is not good may still stand for its plain key. A revoked key is no host's.
 */
const struct trusted_host *trusted_hosts_find(const struct trusted_host *const *list, size_t count,
					      struct byte_view host_key_blob, uint64_t now_s,
					      const char **fault);

/*
 * Appends the lines that concern any of these hosts, as they stand in the files and in that order,
 * each once and ended by a line feed: hashed ones, authorities and revoked keys, too. Errors stay
 * in text.
 */
void trusted_hosts_put_lines(const struct trusted_hosts *hosts,
			     const struct trusted_host *const *list, size_t count,
			     struct byte_buf *text);

/* Appends every line of every file that is not broken, as above. */
void trusted_hosts_put_all_lines(const struct trusted_hosts *hosts, struct byte_buf *text);

#endif
