/*
 * offer_hosts.h - the lines of an offer that ssh in a container needs: host keys that the user trusts,
 * and which id is for which repositories.
 *
 * Of the user's known_hosts only what concerns hosts that ids name is handed over, since the rest
 * tells strangers where else he logs in; a file named by --known-hosts is meant to be, all of it.
 */
#ifndef AGENTD_OFFER_HOSTS_H
#define AGENTD_OFFER_HOSTS_H

#include "agentd/source.h"
#include "agentd/trusted_hosts.h"
#include "common/bytes.h"

/* Appends "repo ID PATTERN" for each of the source's. */
void offer_put_repos(struct byte_buf *text, const struct source *source);

/*
 * Appends "known-host LINE" for each line that concerns a host of these sources - a policy's `host`,
 * or the host of a `repo` - or, with puts_all, for every line. No more than OFFER_KNOWN_HOSTS_MAX
 * bytes of lines; what is left out is logged. sources may be empty. Errors stay in text.
 */
void offer_put_known_hosts(struct byte_buf *text, struct trusted_hosts *trusted, bool puts_all,
			   struct source *const *sources, size_t count);

#endif
