/*
 * listeners.h - all the sockets the daemon listens on, and where their connections go.
 */
#ifndef AGENTD_LISTENERS_H
#define AGENTD_LISTENERS_H

#include <stdio.h>

#include "agentd/endpoint.h"
#include "agentd/front.h"
#include "agentd/inherited_sockets.h"
#include "agentd/listener.h"
#include "agentd/options.h"
#include "agentd/runtime_dir.h"

struct door; /* one of them */
SLIST_HEAD(door_list, door);

struct listeners {
	struct front *front;
	struct endpoint_list endpoints;
	struct runtime_dir dir;
	struct door_list doors;
	struct responder **responders; /* of --discoverable */
	size_t responder_count;
	bool is_discoverable;
	struct word_list unix_paths;	     /* of --listen unix: */
	struct inherited_sockets *inherited; /* borrowed; each is taken over when opened */
};

/*
 * Looks up what --listen names, without opening anything yet. A TCP socket that is inherited takes the
 * place of --listen auto. Reports what is wrong and returns a negative errno. listeners_deinit is due in any
 * case; inherited outlives it.
 */
int listeners_resolve(struct listeners *listeners, struct front *front,
		      const struct options *options, struct inherited_sockets *inherited);

/* Opens all of it; sets front->port_hint. Reports and returns as above. */
int listeners_open(struct listeners *listeners);

/*
 * Private agent sockets come and go with the ids: those of sources are there after it, and no
 * others. All that listens otherwise stays. 0; a negative errno after a report, and nothing changed.
 */
int listeners_set_ids(struct listeners *listeners, const struct source_set *sources);

/* False, after a report, if what listens cannot serve these sources. */
bool listeners_suit(const struct listeners *listeners, const struct source_set *sources);

/* For the start output: where links and Unix sockets are, as comment lines of a shell. */
void listeners_print(const struct listeners *listeners, FILE *out);

/* One of the sockets, as told to people. */
struct listener_description {
	const char *kind;      /* "links", "agent" or "control" */
	const char *where;     /* an address, or a path */
	const char *id;	       /* of "agent"; NULL: the default id */
	const char *interface; /* of "links"; NULL: an address was named */
	bool needs_token;
};

/* Calls visit for each; what it is shown ends with the call. */
void listeners_describe(const struct listeners *listeners,
			void (*visit)(void *owner, const struct listener_description *listener),
			void *owner);

/* Starts closing; no more connections come. */
void listeners_close(struct listeners *listeners);

/* Removes sockets and directory; after the loop has come round. */
void listeners_deinit(struct listeners *listeners);

#endif
