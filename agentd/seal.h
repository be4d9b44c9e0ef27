/*
 * seal.h - minting tokens, and telling ours from others.
 */
#ifndef AGENTD_SEAL_H
#define AGENTD_SEAL_H

#include "agentd/secret.h"
#include "common/token.h"

/* HMAC-SHA256 over the rest of the token, into token->seal. 0 or -EIO. */
int seal_token(struct token *token, const struct secret *secret);

/* True if the seal is ours; compared in constant time. Says nothing of the expiry. */
bool seal_is_good(const struct token *token, const struct secret *secret);

#endif
