/*
 * link.h - one SSH connection to the front: login, then channels.
 *
 * A channel is an agent connection (direct-tcpip, the destination host is the id) or a verb
 * (session, exec). Everything else is refused by libssh's default answers.
 */
#ifndef AGENTD_LINK_H
#define AGENTD_LINK_H

#include "agentd/front.h"
#include "agentd/grant.h"
#include "common/wire.h"

struct link {
	struct front *front;
	struct wire wire;
	struct ssh_server_callbacks_struct callbacks;
	uv_timer_t deadline; /* of the login */
	uv_timer_t penance;  /* a pause after a login that failed */
	int open_parts;	     /* wire and timers not yet closed */
	struct sockaddr_storage peer;
	struct grant grant;
	unsigned failed_logins;
	unsigned secret_count; /* on their way */
	bool has_wire;	       /* else it came to nothing, and ends */
	bool is_closing;
	bool is_trusted;
	bool is_logged_in;
	LIST_ENTRY(link) entry;
};

/*
 * Serves an accepted, non-blocking TCP connection; takes over fd. is_trusted: the peer needs no
 * token. Frees itself when the connection is over.
 */
void link_accept(struct front *front, int fd, const struct sockaddr *peer, bool is_trusted);

/* Starts closing; idempotent. */
void link_close(struct link *link);

#endif
