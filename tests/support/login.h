/*
 * login.h - what a client of an agent sends to log in: session-bind requests with the signature of
 * a host made for the test, and sign requests for a login.
 */
#ifndef TESTS_SUPPORT_LOGIN_H
#define TESTS_SUPPORT_LOGIN_H

#include <openssl/types.h>

#include "common/bytes.h"

enum { LOGIN_LEN_MAX = 2 * 256 * 1024 };

struct login_host {
	EVP_PKEY *pkey;
	struct byte_buf blob;
};

/* A host with this key, which it owns from then on. */
void login_host_init(struct login_host *host, EVP_PKEY *pkey);

/* A host with a new Ed25519 key. */
void login_host_init_ed25519(struct login_host *host);
void login_host_deinit(struct login_host *host);

/* Appends the host's signature blob over session_id; flags as for an agent (RSA). */
void login_host_sign(const struct login_host *host, uint32_t flags, struct byte_view session_id,
		     struct byte_buf *out);

/* Appends a session-bind request (no frame header) for a host with an Ed25519 or ECDSA key. */
void put_session_bind(struct byte_buf *out, const struct login_host *host, const char *session_id,
		      bool is_forwarding);

/* The parts of a login, as they are signed; login_sample() gives good ones. */
struct login {
	struct byte_view session_id;
	uint8_t type;
	struct byte_view user;
	const char *service;
	const char *method;
	uint8_t has_signature;
	const char *algorithm;
	struct byte_view key_blob;
	struct byte_view host_key_blob; /* appended if its ptr is not NULL */
};

/* "git", by a key of type ssh-ed25519, in the session "session". */
struct login login_sample(void);

/* Appends what is signed, and a whole sign request (no frame header) for it. */
void put_login(struct byte_buf *out, const struct login *login);
void put_login_request(struct byte_buf *out, const struct login *login, uint32_t flags);

#endif
