/*
 * token.h - what a shim shows to be let in: its text form, and what anyone may read in it.
 *
 * A token says which daemon it is for (fingerprint of the host key, port hint), whom it names,
 * what it covers and until when; a MAC under the daemon's secret seals all of it. The seal is made
 * and checked by the daemon alone (agentd/seal.h): here it is only carried.
 *
 * Text: "sfa1_" and base64url without padding of
 *   byte    version (1)
 *   uint16  port hint
 *   uint64  expiry, seconds since 1970; 0: none of its own
 *   uint32  signatures allowed; 0: no limit
 *   bytes   32, SHA-256 of the daemon's host key blob
 *   bytes   8, serial: tells tokens of the same name apart
 *   string  name
 *   uint32  number of ids
 *   string  an id, as often
 *   uint32  number of secrets
 *   string  the name of a secret, as often
 *   bytes   32, HMAC-SHA256 of all that stands before
 *
 * One that names neither ids nor secrets covers all of both; else it covers what it names.
 */
#ifndef COMMON_TOKEN_H
#define COMMON_TOKEN_H

#include "common/bytes.h"

#define TOKEN_PREFIX "sfa1_"

enum {
	TOKEN_FINGERPRINT_LEN = 32,
	TOKEN_SERIAL_LEN = 8,
	TOKEN_SEAL_LEN = 32,
	TOKEN_NAME_MAX = 64,
	TOKEN_IDS_MAX = 32, /* and secrets */
	TOKEN_TEXT_MAX = 4096,
	ID_NAME_MAX = 64,
};

struct token {
	uint16_t port;
	uint64_t expiry_s;
	uint32_t max_signatures;
	uint8_t fingerprint[TOKEN_FINGERPRINT_LEN];
	uint8_t serial[TOKEN_SERIAL_LEN];
	char name[TOKEN_NAME_MAX + 1];
	size_t id_count;
	char ids[TOKEN_IDS_MAX][ID_NAME_MAX + 1];
	size_t secret_count;
	char secrets[TOKEN_IDS_MAX][ID_NAME_MAX + 1];
	uint8_t seal[TOKEN_SEAL_LEN];
};

/*
 * An id, a secret's or a token's name: 1 to ID_NAME_MAX of letters, digits, '.', '_', '-', beginning with a
 * letter or digit.
 */
bool id_is_valid(struct byte_view name);

/* True if the token covers the id; the secret of this name. */
bool token_covers(const struct token *token, const char *id);
bool token_covers_secret(const struct token *token, const char *name);

/* Appends the part of the token that the seal is made over. -EMSGSIZE, in buf, if it names more
 * than TOKEN_IDS_MAX ids or secrets. */
void token_put_sealed_part(struct byte_buf *buf, const struct token *token);

/* Appends the text of the token, its seal included, without a NUL. 0, -EMSGSIZE or -ENOMEM. */
int token_format(const struct token *token, struct byte_buf *text);

/* Reads a token's text; white space around it is ignored. 0, or -EBADMSG. The seal is not checked. */
int token_parse(struct byte_view text, struct token *out);

#endif
