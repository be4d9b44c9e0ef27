/*
 * keeper_watch.h - the front's hold on the keeper process: starts it, learns of its death.
 */
#ifndef AGENTD_KEEPER_WATCH_H
#define AGENTD_KEEPER_WATCH_H

#include <sys/types.h>
#include <uv.h>

#include "agentd/source.h"

struct keeper_watch {
	pid_t pid;
	int control_fd; /* -1: none, or dead */
	uv_poll_t poll;
	bool is_polling;
	int ended_by; /* once it died: the signal, or 0 */
	void (*on_died)(struct keeper_watch *watch);
	void *owner;
};

/*
 * Starts a keeper for the sources backed by key files, if there are any; waits until the keys are
 * loaded. 0, or a negative errno when the keeper has said what is wrong.
 */
int keeper_watch_start(struct keeper_watch *watch, const struct source_set *sources,
		       const char *passphrase_file);

/* Puts the watch on the loop: on_died comes if the keeper dies. 0 or a negative errno. */
int keeper_watch_attach(struct keeper_watch *watch, uv_loop_t *loop,
			void (*on_died)(struct keeper_watch *watch), void *owner);

/* Takes the watch off the loop. */
void keeper_watch_detach(struct keeper_watch *watch);

/* Ends the keeper, by letting go of it, and waits for its end. After the loop is closed. */
void keeper_watch_stop(struct keeper_watch *watch);

#endif
