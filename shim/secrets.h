/*
 * secrets.h - the secrets of one run: fetched before the command starts, where it looks for them while it
 * runs, gone afterwards.
 */
#ifndef SHIM_SECRETS_H
#define SHIM_SECRETS_H

#include "shim/link.h"
#include "shim/offer.h"
#include "shim/secret_option.h"
#include "shim/workdir.h"

enum { SECRETS_MESSAGE_SIZE = 2048 };

struct secrets;

struct secrets_request {
	const struct secret_option *options; /* outlive the secrets */
	size_t count;
	bool may_be_on_disk; /* --secrets-on-disk */
	uid_t uid;	     /* whose they are where an option does not say; (uid_t)-1: ours */
	gid_t gid;
	const struct workdir *workdir;
	const struct offer *offer; /* during secrets_start alone */
};

/* True if a secret of these is for other users than ours, who have to get to it. */
bool secrets_are_for_others(const struct secret_option *options, size_t count);

/* True if one of these must be there. */
bool secrets_are_required(const struct secret_option *options, size_t count);

/*
 * 0 if this secret is to be had for the option; -ENOENT or -EISDIR, and why not in error. offer NULL:
 * behind a mounted socket, where none is.
 */
int secrets_find_fault(const struct secret_option *option, const struct offer *offer, char *error,
		       size_t error_size);

/*
 * Fetches them all over link, and then calls on_done, once and never from within: message is NULL, or
 * says what failed. 0 and *out; or a negative errno, and what failed in error.
 */
int secrets_start(uv_loop_t *loop, struct link *link, const struct secrets_request *request,
		  void (*on_done)(void *owner, const char *message), void *owner,
		  struct secrets **out, char *error, size_t error_size);

/* After on_done: makes the links to them. 0, or a negative errno with what failed in error. */
int secrets_place(struct secrets *secrets, char *error, size_t error_size);

/* Around the start of the command: its variables are in our environment just between the two. */
int secrets_put_variables(struct secrets *secrets);
void secrets_forget_variables(struct secrets *secrets);

/*
 * Takes the links away, and gives up what is still on its way; on_done does not come any more. The files
 * go with the directory of the shim. It frees itself when the link is closed.
 */
void secrets_close(struct secrets *secrets);

#endif
