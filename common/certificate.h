/*
 * certificate.h - OpenSSH's certificates (PROTOCOL.certkeys), of users and of hosts: their parts,
 * and the plain key that each certifies.
 */
#ifndef COMMON_CERTIFICATE_H
#define COMMON_CERTIFICATE_H

#include "common/bytes.h"
#include "common/fingerprint.h"

enum certificate_type {
	CERTIFICATE_OF_USER = 1,
	CERTIFICATE_OF_HOST = 2,
};

/* Views into the blob, or constants. */
struct certificate {
	struct byte_view key_type;   /* of the plain key: "ssh-ed25519", ... */
	struct byte_view key_fields; /* what stands in its key blob behind the type */
	uint32_t type;
	struct byte_view principals; /* a string each */
	uint64_t valid_after_s;
	uint64_t valid_before_s;
	struct byte_view critical_options;
	struct byte_view authority_blob;
	struct byte_view signed_part; /* all that stands before the signature */
	struct byte_view signature;
};

/*
 * Takes a key blob apart; the authority's signature is not verified. 0; -ENOENT: it is no
 * certificate, or none of a type known here; -EBADMSG.
 */
int certificate_parse(struct byte_view blob, struct certificate *out);

/* Appends the key blob of the plain key. Errors stay in out. */
void certificate_put_key(const struct certificate *certificate, struct byte_buf *out);

/*
 * NULL if a certificate is good for a host of this name (without port, in lower case) at this
 * time, as OpenSSH's sshkey_cert_check_host has it; or what is wrong with it, a constant. Whether
 * the authority may speak for the host is another question.
 */
const char *certificate_host_fault(const struct certificate *certificate, const char *name,
				   uint64_t now_s);

/* The fingerprint of a key blob; of a certificate, that of its plain key, as ssh-keygen -l has it. */
void certificate_fingerprint(struct byte_view blob, uint8_t hash[FINGERPRINT_HASH_LEN]);

/*
 * False for a plain key blob of a type known here that lacks fields or has more than its type
 * has; of other types, all that has a type is whole.
 */
bool certificate_key_is_whole(struct byte_view blob);

#endif
