/*
 * sshsig.h - what is signed for a signature over a file or a message (PROTOCOL.sshsig of OpenSSH),
 * as by ssh-keygen -Y sign and git commit -S.
 */
#ifndef AGENTD_SSHSIG_H
#define AGENTD_SSHSIG_H

#include "common/agent_msg.h"

/* Views into the data that was parsed. */
struct sshsig {
	struct byte_view namespace; /* "git", "file", ...: a stranger's bytes, but no NUL */
	struct byte_view hash_algorithm;
	struct byte_view hash; /* of the message, as long as the algorithm says */
};

/* With nothing left over. 0, or -EBADMSG: it is none. */
int sshsig_parse(struct byte_view data, struct sshsig *out);

/*
 * Whether key and flags of a request for such a signature go together: RSA with SHA-2, and of the
 * flags none that is unknown. NULL if so, else what is wrong; a constant.
 */
const char *sshsig_mismatch(const struct sign_request *request);

#endif
