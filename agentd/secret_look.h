/*
 * secret_look.h - whether the files of secrets are there, where their file systems may answer nothing.
 *
 * At the start the daemon may wait for them; while it serves, a thread does. Of a file that is on offer
 * already nothing need be seen: whether it is still there turns out when a build asks for it.
 */
#ifndef AGENTD_SECRET_LOOK_H
#define AGENTD_SECRET_LOOK_H

#include "agentd/file_queue.h"
#include "agentd/secret_set.h"

struct secret_look;

/* Once, never from within a call: fault is NULL, and set is complete; or what is wrong. The look is gone then. */
typedef void (*secret_look_done)(void *owner, const char *fault);

/*
 * Completes set, whose files were not looked at, by what known has of them. Starts a look at the others, and
 * *out, or NULL where there are none, and set is complete. It takes timeout_ms at most. set lasts until
 * on_done or secret_look_close. 0, or -ENOMEM.
 */
int secret_look_start(struct file_queue *queue, struct secret_set *set,
		      const struct secret_set *known, uint64_t timeout_ms, secret_look_done on_done,
		      void *owner, struct secret_look **out);

/* Gives up: on_done does not come. It frees itself, when the file system lets it. */
void secret_look_close(struct secret_look *look);

#endif
