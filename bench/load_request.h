/*
 * load_request.h - the one request that a load repeats, and what a good reply to it looks like.
 */
#ifndef BENCH_LOAD_REQUEST_H
#define BENCH_LOAD_REQUEST_H

#include "common/bytes.h"

struct load_request {
	struct byte_buf frame;
	size_t number_at; /* offset of the 8 bytes that load_request_number writes; 0: none */
	uint8_t reply_type;
	size_t identities; /* in the answer to a list; 0: any number */
};

/* SSH_AGENTC_REQUEST_IDENTITIES; an answer with another number of identities is none, but for 0: any. */
int load_request_list(struct load_request *request, size_t identities);

/*
 * SSH_AGENTC_SIGN_REQUEST for a login as an ssh client makes it (RFC 4252 section 7): a gate that
 * parses what it lets be signed must find nothing odd here. The user name is stretched until the
 * data to sign is data_len bytes; 0: a plain short name. RSA keys sign with SHA-512.
 *
 * 0, -EBADMSG (not a key blob), or -EMSGSIZE (data_len shorter than such a login, or over what an
 * agent message holds).
 */
int load_request_sign(struct load_request *request, struct byte_view key_blob, size_t data_len);

/* Frees; legal after a failed load_request_list or load_request_sign. */
void load_request_deinit(struct load_request *request);

/*
 * Makes the request different from the last one (in the session id), so that no one can answer it
 * from memory.
 */
void load_request_number(struct load_request *request, uint64_t number);

/* Every request the same from here on, of this session: for connections that are bound to it. */
void load_request_stay_in_session(struct load_request *request);
struct byte_view load_request_session_id(void);

/* 0 if body is the reply asked for and well formed, -EPERM if the agent refused, else -EBADMSG. */
int load_request_check_reply(const struct load_request *request, struct byte_view body);

#endif
