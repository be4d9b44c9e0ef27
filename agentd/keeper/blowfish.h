/*
 * blowfish.h - the Blowfish key schedule and block, as bcrypt uses them.
 *
 * OpenSSL's Blowfish cannot mix a salt into its schedule (the "eks" of bcrypt), hence this one.
 */
#ifndef AGENTD_KEEPER_BLOWFISH_H
#define AGENTD_KEEPER_BLOWFISH_H

#include <stdint.h>

enum {
	BLOWFISH_SUBKEYS = 18,
	BLOWFISH_WORDS = BLOWFISH_SUBKEYS + 4 * 256, /* the P-array, then the four S-boxes */
	BLOWFISH_INPUT_LEN = 64,		     /* keys and salts here are SHA-512 hashes */
};

/* Secret once a key has been mixed in: the owner wipes it. */
struct blowfish {
	uint32_t words[BLOWFISH_WORDS];
};

/*
 * The initial state: the fractional digits of pi (Schneier 1993). They are computed, which takes
 * tens of milliseconds; keep a copy for the next use. 0 or -ENOMEM.
 */
int blowfish_init(struct blowfish *state);

/* Mixes in a key, and a salt unless it is NULL: both BLOWFISH_INPUT_LEN bytes. */
void blowfish_expand(struct blowfish *state, const uint8_t *key, const uint8_t *salt);

/* Encrypts one block in place. */
void blowfish_encrypt(const struct blowfish *state, uint32_t *left, uint32_t *right);

#endif
