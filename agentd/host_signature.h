/*
 * host_signature.h - a host's signature over the session id of a connection to it, as it stands in
 * a session-bind request: by a plain host key, or by the key of a host certificate.
 */
#ifndef AGENTD_HOST_SIGNATURE_H
#define AGENTD_HOST_SIGNATURE_H

#include "common/bytes.h"
#include "common/fingerprint.h"

/*
 * Verifies that signature is one of session_id by the host key of this blob. Of a certificate
 * (PROTOCOL.certkeys), the certified key must have made it, and its authority the certificate;
 * dates and names are for whoever knows which host is meant. fingerprint: of the key, for a
 * certificate of the certified key, as ssh and ssh-keygen -l show it.
 *
 * 0; -EKEYREJECTED: a signature is false; -ENOTSUP: the kind of key, or SHA-1, is none that we
 * verify; -EBADMSG; -ENOMEM.
 */
int host_signature_verify(struct byte_view host_key_blob, struct byte_view signature,
			  struct byte_view session_id, uint8_t fingerprint[FINGERPRINT_HASH_LEN]);

#endif
