/*
 * reload.h - takes up the configuration again while the daemon serves (SIGHUP).
 *
 * Everything is made ready beside what is in use, a keeper for new key files included, and takes its
 * place at once, or not at all: a mistake leaves all as it was. What goes on, goes on with the id and
 * the policy it began with; what comes later meets the new ones. Sockets that are listened on stay.
 */
#ifndef AGENTD_RELOAD_H
#define AGENTD_RELOAD_H

#include "agentd/front.h"
#include "agentd/keeper_watch.h"
#include "agentd/listeners.h"
#include "agentd/options.h"
#include "agentd/service_notify.h"

struct reload {
	struct front *front;
	struct listeners *listeners;
	struct keepers *keepers;
	const struct service_notify *notify;
	struct options *options;     /* in use; the new ones take their place */
	struct options next;	     /* while is_pending */
	struct secret_look *look;    /* for files of secrets that were not on offer; NULL: none */
	struct keeper_watch *keeper; /* that loads what the next ones need; NULL: nothing */
	bool is_pending;
};

/*
 * Begins; reports how it ends. One that is under way, and waits for a keeper to load keys, gives way
 * to this one.
 */
void reload_begin(struct reload *reload);

/* Gives up what is under way. */
void reload_cancel(struct reload *reload);

#endif
