#include "common/fingerprint.h"

#include <errno.h>

#include "common/base64.h"
#include "tests/support/unit.h"

/* A key made by ssh-keygen for this test, and what `ssh-keygen -l` says of it. */
#define KEY_TEXT "AAAAC3NzaC1lZDI1NTE5AAAAIIng8VSiGonFErKs+OmUgsdfj6z6EESwNjVs1s1GM0O/"
#define KEY_FINGERPRINT "SHA256:+cPKg8rLUDUG27vYARqJrecA/JXn44uLWmoMOBIqUz4"

START_TEST(fingerprint_is_the_one_that_ssh_keygen_prints)
{
	char text[FINGERPRINT_TEXT_MAX];
	struct byte_buf blob;

	byte_buf_init(&blob, 256);
	ck_assert_int_eq(base64_parse(view_of(KEY_TEXT), BASE64_STANDARD_UNPADDED, &blob), 0);
	fingerprint_of_blob(byte_buf_view(&blob), text);
	ck_assert_str_eq(text, KEY_FINGERPRINT);
	byte_buf_deinit(&blob);
}
END_TEST

START_TEST(hash_and_text_are_the_two_halves)
{
	uint8_t hash[FINGERPRINT_HASH_LEN];
	char whole[FINGERPRINT_TEXT_MAX];
	char halves[FINGERPRINT_TEXT_MAX];

	fingerprint_of_blob(view_of("blob"), whole);
	fingerprint_hash(view_of("blob"), hash);
	fingerprint_text(hash, halves);
	ck_assert_str_eq(whole, halves);
}
END_TEST

START_TEST(text_fills_its_room_exactly)
{
	char text[FINGERPRINT_TEXT_MAX];

	fingerprint_of_blob((struct byte_view){0}, text);
	ck_assert_uint_eq(strlen(text), FINGERPRINT_TEXT_MAX - 1);
	/* SHA-256 of nothing. */
	ck_assert_str_eq(text, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
}
END_TEST

START_TEST(a_text_is_parsed_if_it_is_one_that_is_printed)
{
	static const char *const wrong[] = {
		"",
		"SHA256:",
		"sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
		"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF",
		"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV",
		"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA",
		"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU ",
	};
	uint8_t hash[FINGERPRINT_HASH_LEN];
	char text[FINGERPRINT_TEXT_MAX];

	ck_assert_int_eq(fingerprint_parse(KEY_FINGERPRINT, hash), 0);
	fingerprint_text(hash, text);
	ck_assert_str_eq(text, KEY_FINGERPRINT);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(fingerprint_parse(wrong[i], hash) == -EINVAL, "%s", wrong[i]);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("fingerprint");

	tcase_add_test(tests, fingerprint_is_the_one_that_ssh_keygen_prints);
	tcase_add_test(tests, hash_and_text_are_the_two_halves);
	tcase_add_test(tests, text_fills_its_room_exactly);
	tcase_add_test(tests, a_text_is_parsed_if_it_is_one_that_is_printed);
	return unit_main(tests, "fingerprint");
}
