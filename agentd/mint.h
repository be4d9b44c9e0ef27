/*
 * mint.h - making tokens: what is asked for, and the text that comes of it.
 */
#ifndef AGENTD_MINT_H
#define AGENTD_MINT_H

#include "agentd/revocations.h"
#include "agentd/secret.h"
#include "common/token.h"

enum { MINT_REASON_MAX = 256 };

/* What a token is to cover; made by mint_request_init and the mint_set functions. */
struct mint_request {
	char name[TOKEN_NAME_MAX + 1]; /* "": one is made up */
	uint64_t lifetime_s;	       /* 0: no expiry */
	uint32_t max_signatures;       /* 0: no limit */
	size_t id_count;	       /* with no id and no secret named: all of both */
	char ids[TOKEN_IDS_MAX][ID_NAME_MAX + 1];
	size_t secret_count;
	char secrets[TOKEN_IDS_MAX][ID_NAME_MAX + 1];
	char minted_name[TOKEN_NAME_MAX + 1]; /* what the token is called that was made last */
};

/* Each: 0, or -EINVAL with the reason told. */
int mint_add_id(struct mint_request *request, const char *id, char reason[MINT_REASON_MAX]);
int mint_add_secret(struct mint_request *request, const char *name, char reason[MINT_REASON_MAX]);
int mint_set_name(struct mint_request *request, const char *name, char reason[MINT_REASON_MAX]);
/* A number with s, m, h or d behind it; seconds where nothing is. */
int mint_set_lifetime(struct mint_request *request, const char *text, char reason[MINT_REASON_MAX]);
int mint_set_max_signatures(struct mint_request *request, const char *text,
			    char reason[MINT_REASON_MAX]);

/*
 * Sees to it that the name is none that was revoked. Where none was asked for, and the token is to be the same
 * each time, "lasting" gives way to "lasting-2" and so on. 0, or -EPERM with the reason told.
 */
int mint_settle_name(struct mint_request *request, const struct secret *secret,
		     const struct revocations *revoked, char reason[MINT_REASON_MAX]);

/*
 * Mints a token and appends its text. A token of a lasting secret with neither expiry nor limit
 * is the same each time, so that a build's cache stays warm; every other has a serial of its own.
 * 0, and request->minted_name is filled in; or -EIO, also where so many long names make no token.
 */
int mint_token(struct mint_request *request, const struct secret *secret,
	       const uint8_t host_key_hash[TOKEN_FINGERPRINT_LEN], uint16_t port, uint64_t now_s,
	       struct byte_buf *text);

#endif
