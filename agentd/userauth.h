/*
 * userauth.h - what a client signs to log in with a key: an SSH_MSG_USERAUTH_REQUEST behind the
 * session id, of method "publickey" (RFC 4252 section 7) or
 * "publickey-hostbound-v00@openssh.com" (PROTOCOL of OpenSSH, section 3.1).
 */
#ifndef AGENTD_USERAUTH_H
#define AGENTD_USERAUTH_H

#include "common/agent_msg.h"

/* OpenSSH's agent keeps no longer ones (AGENT_MAX_SID_LEN); key exchanges give 64 bytes at most. */
enum { SESSION_ID_LEN_MAX = 128 };

/* Views into the data that was parsed. */
struct userauth {
	struct byte_view session_id;
	struct byte_view user; /* a stranger's bytes, but no NUL */
	struct byte_view algorithm;
	struct byte_view key_blob;
	struct byte_view host_key_blob; /* empty unless host-bound */
};

/* For the service ssh-connection, and with nothing left over. 0, or -EBADMSG: it is none. */
int userauth_parse(struct byte_view data, struct userauth *out);

/*
 * Whether the login and the sign request that asks for it are about the same: key, algorithm and
 * flags. NULL if so, else what is wrong; a constant. The key in the login may be a certificate
 * over the one asked for: that is how ssh uses the certificates that an agent lists.
 */
const char *userauth_mismatch(const struct userauth *auth, const struct sign_request *request);

#endif
