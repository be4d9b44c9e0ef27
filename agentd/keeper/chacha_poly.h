/*
 * chacha_poly.h - chacha20-poly1305@openssh.com as it encrypts key files.
 *
 * A composition of libcrypto's ChaCha20 and Poly1305, as OpenSSH's PROTOCOL.chacha20poly1305
 * gives it, with sequence number 0 and no packet length.
 */
#ifndef AGENTD_KEEPER_CHACHA_POLY_H
#define AGENTD_KEEPER_CHACHA_POLY_H

#include "common/bytes.h"

enum {
	CHACHA_POLY_KEY_LEN = 64, /* the second half encrypts packet lengths: unused in files */
	CHACHA_POLY_TAG_LEN = 16,
};

/*
 * Decrypts sealed.len bytes into plain, if the tag of CHACHA_POLY_TAG_LEN bytes is right.
 * 0; -EBADMSG: wrong key or damaged data, and plain is untouched; -ENOMEM.
 */
int chacha_poly_open(const uint8_t *key, struct byte_view sealed, const uint8_t *tag,
		     uint8_t *plain);

#endif
