/*
 * front.h - what all connections of the daemon's front share.
 *
 * The front talks to the network and never sees key material. Everything in it runs on one loop
 * and never blocks.
 */
#ifndef AGENTD_FRONT_H
#define AGENTD_FRONT_H

#include <libssh/server.h>
#include <sys/queue.h>
#include <uv.h>

#include "agentd/access.h"
#include "agentd/file_queue.h"
#include "agentd/limits.h"
#include "agentd/login_guard.h"
#include "agentd/relay.h"
#include "agentd/secret_set.h"
#include "agentd/source.h"
#include "agentd/upstream.h"
#include "common/wire_turns.h"

struct link;
struct local;
struct control;
struct listeners;
LIST_HEAD(link_list, link);
LIST_HEAD(local_list, local);
LIST_HEAD(control_list, control);

struct front {
	uv_loop_t *loop;
	time_t begun_at;  /* when it began to serve; and, of a clock that nobody sets: */
	uint64_t begun_s; /* by lease_clock_s */
	struct limits limits;
	struct source_set sources;
	struct secret_set secrets;
	struct file_queue files;	     /* for the secrets that are in files */
	struct trusted_hosts *trusted_hosts; /* for the rules of the sources, and for offers */
	bool offers_all_known_hosts;	     /* to every build, not those of its ids alone */
	struct access access;
	struct login_guard guard;
	struct upstream_pool pool;
	struct relay_context relays;
	struct confirm confirm;
	ssh_bind bind;		 /* holds the host key */
	uint16_t port_hint;	 /* for tokens; 0: no TCP listener */
	struct wire_turns turns; /* of the links */
	struct link_list links;
	unsigned link_count;
	uint64_t last_link; /* the number of the latest link, or local connection */
	struct local_list locals;
	struct control_list controls;
	const struct listeners *listeners; /* to tell of them; NULL: there are none */
};

/*
 * Makes the SSH server's side ready: host key, algorithms. The rest of front is filled in
 * already. 0, or a negative errno after saying why.
 */
int front_init(struct front *front);

/* Starts closing every connection; they are gone when the loop has come round. */
void front_close_connections(struct front *front);

/* Frees what front_init made and what front holds; no connection may be left. */
void front_deinit(struct front *front);

#endif
