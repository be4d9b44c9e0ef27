/*
 * audit_event.h - lines of the audit log about what its owner, and who is asked, decides: prompts
 * answered, tokens made and revoked, the configuration read again.
 *
 * audit may be NULL, or off: then they do nothing.
 */
#ifndef AGENTD_AUDIT_EVENT_H
#define AGENTD_AUDIT_EVENT_H

#include "agentd/audit.h"
#include "agentd/mint.h"

/*
 * A prompt is over that requests wait for, as many as that, all like record. answer: "yes", "no",
 * "time-out", or "none": nobody gave one. reason: NULL for yes.
 */
void audit_confirmation(struct audit *audit, const struct record *record, const char *answer,
			const char *reason, unsigned requests);

/* A token was made of the request; expiry_s: 0 for none. Its name, never the token. */
void audit_token_minted(struct audit *audit, const struct mint_request *request, uint64_t expiry_s);

/* What tokens of this name are good for was ended, with that many links. lasts: for later daemons, too. */
void audit_token_revoked(struct audit *audit, const char *name, unsigned links, bool lasts);

/* The configuration was read again, of the file at path, which may be NULL; failure: NULL, or why it
 * stays as it was. */
void audit_reload(struct audit *audit, const char *path, const char *failure);

#endif
