/*
 * signature_check.h - whether an agent's reply is what it was asked for, and not only well formed.
 */
#ifndef BENCH_SIGNATURE_CHECK_H
#define BENCH_SIGNATURE_CHECK_H

#include "common/bytes.h"

/*
 * request: the frame of an SSH_AGENTC_SIGN_REQUEST; reply: the body of an SSH_AGENT_SIGN_RESPONSE.
 * 0 if the signature is one of the request's data by the request's key; -EKEYREJECTED if it is not; -ENOTSUP, if
 * this kind of key cannot be verified; -EBADMSG; -ENOMEM.
 */
int signature_check(struct byte_view request, struct byte_view reply);

#endif
