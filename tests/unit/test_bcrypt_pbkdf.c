#include "agentd/keeper/bcrypt_pbkdf.h"

#include <errno.h>
#include <string.h>

#include "agentd/keeper/blowfish.h"
#include "tests/support/unit.h"

struct known_answer {
	struct byte_view passphrase;
	struct byte_view salt;
	uint32_t rounds;
	struct byte_view key;
};

#define BYTES(text)                                       \
	{                                                 \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

/* OpenBSD's regress/lib/libutil/bcrypt_pbkdf. */
static const struct known_answer answers[] = {
	{BYTES("password"), BYTES("salt"), 4,
	 BYTES("\x5b\xbf\x0c\xc2\x93\x58\x7f\x1c\x36\x35\x55\x5c\x27\x79\x65\x98"
	       "\xd4\x7e\x57\x90\x71\xbf\x42\x7e\x9d\x8f\xbe\x84\x2a\xba\x34\xd9")},
	{BYTES("password"), BYTES("\0"), 4,
	 BYTES("\xc1\x2b\x56\x62\x35\xee\xe0\x4c\x21\x25\x98\x97\x0a\x57\x9a\x67")},
	{BYTES("\0"), BYTES("salt"), 4,
	 BYTES("\x60\x51\xbe\x18\xc2\xf4\xf8\x2c\xbf\x0e\xfe\xe5\x47\x1b\x4b\xb9")},
	{BYTES("password\0"), BYTES("salt\0"), 4,
	 BYTES("\x74\x10\xe4\x4c\xf4\xfa\x07\xbf\xaa\xc8\xa9\x28\xb1\x72\x7f\xac"
	       "\x00\x13\x75\xe7\xbf\x73\x84\x37\x0f\x48\xef\xd1\x21\x74\x30\x50")},
	{BYTES("password"), BYTES("salt"), 8,
	 BYTES("\xe1\x36\x7e\xc5\x15\x1a\x33\xfa\xac\x4c\xc1\xc1\x44\xcd\x23\xfa"
	       "\x15\xd5\x54\x84\x93\xec\xc9\x9b\x9b\x5d\x9c\x0d\x3b\x27\xbe\xc7"
	       "\x62\x27\xea\x66\x08\x8b\x84\x9b\x20\xab\x7a\xa4\x78\x01\x02\x46"
	       "\xe7\x4b\xba\x51\x72\x3f\xef\xa9\xf9\x47\x4d\x65\x08\x84\x5e\x8d")},
};

START_TEST(known_answers_come_out)
{
	const struct known_answer *known = &answers[_i];
	uint8_t key[64];

	ck_assert_int_eq(
		bcrypt_pbkdf(known->passphrase, known->salt, known->rounds, key, known->key.len),
		0);
	ck_assert_mem_eq(key, known->key.ptr, known->key.len);
}
END_TEST

START_TEST(initial_words_are_those_of_pi)
{
	struct blowfish state;

	ck_assert_int_eq(blowfish_init(&state), 0);
	/* Schneier's first and last: the first subkey, the last word of the last box. */
	ck_assert_uint_eq(state.words[0], 0x243f6a88);
	ck_assert_uint_eq(state.words[BLOWFISH_SUBKEYS - 1], 0x8979fb1b);
	ck_assert_uint_eq(state.words[BLOWFISH_SUBKEYS], 0xd1310ba6);
	ck_assert_uint_eq(state.words[BLOWFISH_WORDS - 1], 0x3ac372e6);
}
END_TEST

START_TEST(what_would_take_forever_or_makes_no_sense_is_refused)
{
	static const struct byte_view word = BYTES("word");
	static const struct byte_view none = {NULL, 0};
	uint8_t key[32];

	ck_assert_int_eq(bcrypt_pbkdf(word, word, BCRYPT_PBKDF_ROUNDS_MAX + 1, key, sizeof(key)),
			 -EINVAL);
	ck_assert_int_eq(bcrypt_pbkdf(word, word, 0, key, sizeof(key)), -EINVAL);
	ck_assert_int_eq(bcrypt_pbkdf(none, word, 1, key, sizeof(key)), -EINVAL);
	ck_assert_int_eq(bcrypt_pbkdf(word, none, 1, key, sizeof(key)), -EINVAL);
	ck_assert_int_eq(bcrypt_pbkdf(word, word, 1, key, 0), -EINVAL);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("bcrypt_pbkdf");

	tcase_add_loop_test(tests, known_answers_come_out, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tests, initial_words_are_those_of_pi);
	tcase_add_test(tests, what_would_take_forever_or_makes_no_sense_is_refused);
	return unit_main(tests, "bcrypt_pbkdf");
}
