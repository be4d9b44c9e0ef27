#include "common/certificate.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

enum { BLOB_MAX = 64 * 1024 };

static const char *const kinds[] = {"ed25519", "rsa", "ecdsa"};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static void keys_make(void)
{
	workspace_enter();
	workspace_run(
		"for kind in ed25519 rsa ecdsa; do"
		" ssh-keygen -q -t $kind -N '' -C '' -f $kind;"
		" ssh-keygen -q -s ed25519 -I id -h -n one,two -V 20210101:20210102"
		"  $kind.pub; done;"
		"for file in *.pub; do cut -d ' ' -f 2 $file | base64 -d > ${file%%.pub}.blob;"
		" ssh-keygen -lf $file | cut -d ' ' -f 2 | tr -d '\\n' > ${file%%.pub}.print; "
		"done");
}

static struct byte_buf read_file(const char *kind, const char *suffix)
{
	struct byte_buf content;
	char path[64];

	snprintf(path, sizeof(path), "%s%s", kind, suffix);
	byte_buf_init(&content, BLOB_MAX);
	workspace_read(path, &content);
	return content;
}

START_TEST(a_certificate_has_the_plain_key_in_it)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct byte_buf blob = read_file(kinds[i], "-cert.blob");
		struct byte_buf key = read_file(kinds[i], ".blob");
		struct certificate certificate;
		struct byte_buf plain;

		byte_buf_init(&plain, BLOB_MAX);
		ck_assert_int_eq(certificate_parse(byte_buf_view(&blob), &certificate), 0);
		certificate_put_key(&certificate, &plain);
		ck_assert(view_equal(byte_buf_view(&plain), byte_buf_view(&key)));
		ck_assert_uint_eq(certificate.type, CERTIFICATE_OF_HOST);
		ck_assert_uint_eq(certificate.principals.len, 2 * (4 + 3));
		ck_assert_uint_lt(certificate.valid_after_s, certificate.valid_before_s);
		ck_assert_int_eq(certificate_parse(byte_buf_view(&key), &certificate), -ENOENT);
		byte_buf_deinit(&plain);
		byte_buf_deinit(&key);
		byte_buf_deinit(&blob);
	}
}
END_TEST

START_TEST(every_prefix_of_a_certificate_is_refused)
{
	struct byte_buf blob = read_file("rsa", "-cert.blob");
	struct certificate certificate;

	for (size_t len = 0; len < blob.len; len++) {
		struct byte_view copy = exact_copy(blob.data, len);
		int err = certificate_parse(copy, &certificate);

		ck_assert_msg(err == -EBADMSG || (err == -ENOENT && len < 32), "%zu bytes", len);
		exact_free(copy);
	}
	byte_buf_put_u8(&blob, 0);
	ck_assert_int_eq(certificate_parse(byte_buf_view(&blob), &certificate), -EBADMSG);
	byte_buf_deinit(&blob);
}
END_TEST

START_TEST(a_certificate_has_the_fingerprint_of_its_key)
{
	for (size_t i = 0; i < 2 * KIND_COUNT; i++) {
		const char *kind = kinds[i % KIND_COUNT];
		struct byte_buf blob = read_file(kind, i < KIND_COUNT ? ".blob" : "-cert.blob");
		struct byte_buf print = read_file(kind, ".print");
		uint8_t hash[FINGERPRINT_HASH_LEN];
		char text[FINGERPRINT_TEXT_MAX];

		certificate_fingerprint(byte_buf_view(&blob), hash);
		fingerprint_text(hash, text);
		ck_assert(view_equals_text(byte_buf_view(&print), text));
		byte_buf_deinit(&print);
		byte_buf_deinit(&blob);
	}
}
END_TEST

START_TEST(a_key_is_whole_with_exactly_its_fields)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct byte_buf blob = read_file(kinds[i], ".blob");

		ck_assert(certificate_key_is_whole(byte_buf_view(&blob)));
		for (size_t len = 0; len < blob.len; len++) {
			struct byte_view copy = exact_copy(blob.data, len);

			ck_assert_msg(!certificate_key_is_whole(copy), "%zu bytes", len);
			exact_free(copy);
		}
		byte_buf_put_u8(&blob, 0);
		ck_assert(!certificate_key_is_whole(byte_buf_view(&blob)));
		byte_buf_deinit(&blob);
	}
}
END_TEST

/* A list that lies about its lengths ends there. */
START_TEST(a_malformed_list_of_names_has_those_before_it)
{
	static const uint8_t names[] = "\0\0\0\3one\0\0\0\x09two";
	struct certificate certificate = {
		.type = CERTIFICATE_OF_HOST,
		.valid_before_s = 2,
		.principals = {names, sizeof(names) - 1},
	};

	ck_assert_ptr_null(certificate_host_fault(&certificate, "one", 1));
	ck_assert_ptr_nonnull(certificate_host_fault(&certificate, "two", 1));
	ck_assert_ptr_nonnull(certificate_host_fault(&certificate, "", 1));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("certificate");

	tcase_add_unchecked_fixture(tests, keys_make, workspace_leave);
	tcase_add_test(tests, a_certificate_has_the_plain_key_in_it);
	tcase_add_test(tests, every_prefix_of_a_certificate_is_refused);
	tcase_add_test(tests, a_certificate_has_the_fingerprint_of_its_key);
	tcase_add_test(tests, a_key_is_whole_with_exactly_its_fields);
	tcase_add_test(tests, a_malformed_list_of_names_has_those_before_it);
	return unit_main(tests, "certificate");
}
