#include "agentd/keeper/blowfish.h"

#include <errno.h>
#include <openssl/bn.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	WORD_BITS = 32,
	PI_BITS = BLOWFISH_WORDS * WORD_BITS,
	GUARD_BITS = 64, /* swallows the rounding of about 10,000 truncated terms */
};

/* One arctangent of Machin's formula, pi = 16 atan(1/5) - 4 atan(1/239). */
struct machin_term {
	BN_ULONG factor;
	BN_ULONG inverse;
	bool is_subtracted;
};

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Adds factor * atan(1 / inverse) by its Taylor series, in fixed point. */
static bool pi_add_term(BIGNUM *sum, const struct machin_term *term, BIGNUM *power, BIGNUM *part)
{
	bool is_subtracted = term->is_subtracted;

	if (!BN_set_word(power, term->factor) || !BN_lshift(power, power, PI_BITS + GUARD_BITS) ||
	    BN_div_word(power, term->inverse) == (BN_ULONG)-1)
		return false;
	for (BN_ULONG divisor = 1; !BN_is_zero(power); divisor += 2) {
		if (!BN_copy(part, power) || BN_div_word(part, divisor) == (BN_ULONG)-1)
			return false;
		if (!(is_subtracted ? BN_sub(sum, sum, part) : BN_add(sum, sum, part)))
			return false;
		if (BN_div_word(power, term->inverse * term->inverse) == (BN_ULONG)-1)
			return false;
		is_subtracted = !is_subtracted;
	}
	return true;
}

int blowfish_init(struct blowfish *state)
{
	static const struct machin_term terms[] = {{16, 5, false}, {4, 239, true}};
	uint8_t digits[PI_BITS / 8];
	BIGNUM *pi = BN_new();
	BIGNUM *power = BN_new();
	BIGNUM *part = BN_new();
	int err = -ENOMEM;

	if (pi == NULL || power == NULL || part == NULL || !BN_set_word(pi, 0))
		goto out;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		if (!pi_add_term(pi, &terms[i], power, part))
			goto out;
	}
	/* Drop the guard bits below and the 3 above. */
	if (!BN_rshift(pi, pi, GUARD_BITS) || !BN_mask_bits(pi, PI_BITS) ||
	    BN_bn2binpad(pi, digits, sizeof(digits)) < 0)
		goto out;
	for (size_t i = 0; i < BLOWFISH_WORDS; i++)
		state->words[i] = word_at(digits + 4 * i);
	err = 0;
out:
	BN_free(pi);
	BN_free(power);
	BN_free(part);
	return err;
}

static inline uint32_t blowfish_round(const struct blowfish *state, uint32_t half)
{
	const uint32_t *boxes = state->words + BLOWFISH_SUBKEYS;
	uint32_t mixed = boxes[half >> 24] + boxes[256 + (half >> 16 & 0xff)];

	return (mixed ^ boxes[512 + (half >> 8 & 0xff)]) + boxes[768 + (half & 0xff)];
}

void blowfish_encrypt(const struct blowfish *state, uint32_t *left, uint32_t *right)
{
	const uint32_t *subkeys = state->words;
	uint32_t l = *left ^ subkeys[0];
	uint32_t r = *right;

	for (size_t i = 1; i < BLOWFISH_SUBKEYS - 1; i += 2) {
		r ^= blowfish_round(state, l) ^ subkeys[i];
		l ^= blowfish_round(state, r) ^ subkeys[i + 1];
	}
	*left = r ^ subkeys[BLOWFISH_SUBKEYS - 1];
	*right = l;
}

void blowfish_expand(struct blowfish *state, const uint8_t *key, const uint8_t *salt)
{
	uint32_t left = 0;
	uint32_t right = 0;

	for (size_t i = 0; i < BLOWFISH_SUBKEYS; i++)
		state->words[i] ^= word_at(key + 4 * i % BLOWFISH_INPUT_LEN);
	for (size_t i = 0; i < BLOWFISH_WORDS; i += 2) {
		if (salt != NULL) {
			left ^= word_at(salt + 4 * i % BLOWFISH_INPUT_LEN);
			right ^= word_at(salt + 4 * (i + 1) % BLOWFISH_INPUT_LEN);
		}
		blowfish_encrypt(state, &left, &right);
		state->words[i] = left;
		state->words[i + 1] = right;
	}
}
