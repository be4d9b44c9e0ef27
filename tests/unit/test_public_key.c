/*
 * Signatures that no library of ssh would make: what their numbers may be.
 */
#include "agentd/public_key.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "tests/support/exact.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

enum { SIGNATURE_MAX = 4096 };

static struct login_host host;
static struct public_key key;

/* "RSA", of 2048 bits, or "EC", over P-256. */
static void key_set_up(const char *type)
{
	EVP_PKEY *pkey = strcmp(type, "RSA") == 0
				 ? EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048)
				 : EVP_PKEY_Q_keygen(NULL, NULL, type, "P-256");

	login_host_init(&host, pkey);
	ck_assert_int_eq(public_key_parse(byte_buf_view(&host.blob), &key), 0);
}

static void key_tear_down(void)
{
	public_key_deinit(&key);
	login_host_deinit(&host);
}

/* Bytes as a signature by this algorithm. */
static int verify_bytes_of(const char *algorithm, struct byte_view bytes)
{
	struct byte_view copy;
	struct byte_buf blob;
	int err;

	byte_buf_init(&blob, SIGNATURE_MAX);
	byte_buf_put_text(&blob, algorithm);
	byte_buf_put_string(&blob, bytes);
	copy = exact_copy(blob.data, blob.len);
	err = public_key_verify(&key, copy, view_of("data"));
	exact_free(copy);
	byte_buf_deinit(&blob);
	return err;
}

/* r and s as they are, and what is behind them. */
static int verify_ecdsa_of(struct byte_view r, struct byte_view s, const char *rest)
{
	struct byte_buf pair;
	int err;

	byte_buf_init(&pair, SIGNATURE_MAX);
	byte_buf_put_string(&pair, r);
	byte_buf_put_string(&pair, s);
	byte_buf_put_bytes(&pair, rest, strlen(rest));
	err = verify_bytes_of("ecdsa-sha2-nistp256", byte_buf_view(&pair));
	byte_buf_deinit(&pair);
	return err;
}

START_TEST(rsa_signatures_that_are_empty_or_longer_than_the_key_are_badmsg)
{
	static const uint8_t zeros[257];

	key_set_up("RSA");
	ck_assert_int_eq(verify_bytes_of("rsa-sha2-256", (struct byte_view){zeros, 0}), -EBADMSG);
	ck_assert_int_eq(verify_bytes_of("rsa-sha2-256", (struct byte_view){zeros, 256}),
			 -EKEYREJECTED);
	ck_assert_int_eq(verify_bytes_of("rsa-sha2-256", (struct byte_view){zeros, 257}), -EBADMSG);
	key_tear_down();
}
END_TEST

START_TEST(numbers_that_are_none_negative_or_too_large_are_badmsg)
{
	static const uint8_t bytes[34] = {[0] = 0x7f};
	struct byte_view good = {bytes, 32};
	struct byte_view none = {bytes, 0};
	struct byte_view large = {bytes, 33};
	struct byte_view negative = {(const uint8_t *)"\x80", 1};

	key_set_up("EC");
	ck_assert_int_eq(verify_ecdsa_of(good, good, ""), -EKEYREJECTED);
	ck_assert_int_eq(verify_ecdsa_of(good, good, "x"), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(none, good, ""), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(good, none, ""), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(large, good, ""), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(good, large, ""), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(negative, good, ""), -EBADMSG);
	ck_assert_int_eq(verify_ecdsa_of(good, negative, ""), -EBADMSG);
	key_tear_down();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("public_key");

	tcase_add_test(tests, rsa_signatures_that_are_empty_or_longer_than_the_key_are_badmsg);
	tcase_add_test(tests, numbers_that_are_none_negative_or_too_large_are_badmsg);
	return unit_main(tests, "public_key");
}
