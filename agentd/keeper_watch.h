/*
 * keeper_watch.h - the front's hold on the processes that keep keys: starts them, learns of their
 * end, lets go of those that nobody needs any more.
 *
 * The first is made before the loop, when somebody may still type a passphrase. Key files that a
 * configuration read again brings get a process of their own, since one that serves can open no
 * file; ids that stay the same stay where they are.
 */
#ifndef AGENTD_KEEPER_WATCH_H
#define AGENTD_KEEPER_WATCH_H

#include <sys/queue.h>
#include <sys/types.h>
#include <uv.h>

#include "agentd/request_turns.h"
#include "agentd/source.h"

LIST_HEAD(keeper_watch_list, keeper_watch);

/* All of them. */
struct keepers {
	struct keeper_watch_list list;
	uv_loop_t *loop; /* once it runs */
	/* One that has loaded its keys has died, though it was needed. */
	void (*on_died)(struct keepers *keepers, int ended_by);
	void *owner;
};

struct keeper_watch {
	struct keepers *keepers;
	pid_t pid;
	int control_fd; /* -1: dead */
	struct request_turns turns;
	uv_poll_t poll;
	bool has_poll;
	bool is_loading;
	bool has_forgotten;  /* its keys, when told to */
	unsigned user_count; /* states of sources, and whoever waits for it to load */
	/* The keys are loaded, or not: err is 0, or negative after the keeper said why. */
	void (*on_loaded)(void *owner, int err);
	void *owner;
	LIST_ENTRY(keeper_watch) entry;
};

/*
 * Starts a keeper for the sources backed by key files, if there are any, and makes it theirs; waits
 * until the keys are loaded. 0, or a negative errno when the keeper has said what is wrong.
 */
int keepers_start(struct keepers *keepers, const struct source_set *sources,
		  const char *passphrase_file);

/* Watches them on the loop from now on. 0 or a negative errno. */
int keepers_attach(struct keepers *keepers, uv_loop_t *loop,
		   void (*on_died)(struct keepers *keepers, int ended_by), void *owner);

/*
 * Starts a further one for these sources, all backed by key files, but does not make it theirs yet:
 * on_loaded tells, later, if it can be. The caller holds it, and lets go with
 * keeper_watch_release, before on_loaded, too. 0 and *watch; a negative errno after a report.
 */
int keepers_spawn(struct keepers *keepers, struct source *const *sources, size_t count,
		  const char *passphrase_file, void (*on_loaded)(void *owner, int err), void *owner,
		  struct keeper_watch **watch);

/* Makes all wipe their keys. The number of those that were told. */
unsigned keepers_forget(struct keepers *keepers);

/* Takes all off the loop. */
void keepers_detach(struct keepers *keepers);

/* Has them end, and waits for nothing: for a process that ends. */
void keepers_let_go(struct keepers *keepers);

/* Ends them, by letting go, and waits for their end. After the loop is closed, and the sources are
 * gone. */
void keepers_deinit(struct keepers *keepers);

struct keeper_watch *keeper_watch_hold(struct keeper_watch *watch);

/* With the last who needs it the process ends, and the keys are wiped. */
void keeper_watch_release(struct keeper_watch *watch);

/* False if its keys are gone: it died, or was told to forget them. */
bool keeper_watch_has_keys(const struct keeper_watch *watch);

#endif
