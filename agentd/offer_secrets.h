/*
 * offer_secrets.h - the secrets in an offer: which a grant covers, and what stands behind each now.
 */
#ifndef AGENTD_OFFER_SECRETS_H
#define AGENTD_OFFER_SECRETS_H

#include "agentd/front.h"

struct offer_secrets;

/*
 * Looks at the files of all secrets the grant covers, each in a thread, since a file system may be slow
 * to answer; then calls on_done, once and never from within, unless none is pending to begin with. 0 and
 * *out, or -ENOMEM and NULL.
 */
int offer_secrets_start(struct front *front, const struct grant *grant,
			void (*on_done)(void *owner), void *owner, struct offer_secrets **out);

/* Files have not answered yet. NULL: no. */
bool offer_secrets_are_pending(const struct offer_secrets *secrets);

/* Appends a line for each; those whose files have not answered are unavailable. NULL is none. */
void offer_secrets_put(struct byte_buf *text, const struct offer_secrets *secrets);

/* on_done does not come any more. It frees itself. NULL is fine. */
void offer_secrets_close(struct offer_secrets *secrets);

#endif
