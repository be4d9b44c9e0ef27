#include "agentd/keeper/signer.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#include "agentd/keeper/key.h"
#include "common/agent_msg.h"
#include "tests/support/unit.h"

enum { RSA_BITS = 2048 };

/* A throwaway key and its signer. */
struct fixture {
	struct key key;
	struct signer signer;
};

static void fixture_init(struct fixture *f, EVP_PKEY *pkey)
{
	const char *why = NULL;

	ck_assert_ptr_nonnull(pkey);
	ck_assert_msg(key_init(pkey, &f->key, &why) == 0, "%s", why);
	ck_assert_int_eq(signer_init(&f->signer, f->key.pkey), 0);
}

static void fixture_deinit(struct fixture *f)
{
	signer_deinit(&f->signer);
	key_deinit(&f->key);
}

static EVP_PKEY *make_rsa(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
}

static EVP_PKEY *make_ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* SSH's two mpints back into the DER that libcrypto verifies. */
static int der_from(struct byte_view pair, uint8_t *der)
{
	struct reader r = reader_of(pair);
	struct byte_view numbers[2] = {reader_string(&r), {NULL, 0}};
	ECDSA_SIG *signature = ECDSA_SIG_new();
	int len;

	numbers[1] = reader_string(&r);
	ck_assert_int_eq(reader_finish(&r), 0);
	ECDSA_SIG_set0(signature, BN_bin2bn(numbers[0].ptr, (int)numbers[0].len, NULL),
		       BN_bin2bn(numbers[1].ptr, (int)numbers[1].len, NULL));
	len = i2d_ECDSA_SIG(signature, &der);
	ECDSA_SIG_free(signature);
	return len;
}

static bool verifies(EVP_PKEY *pkey, const char *digest, struct byte_view signature,
		     struct byte_view data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is_good;

	ck_assert_int_eq(EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL), 1);
	is_good = EVP_DigestVerify(ctx, signature.ptr, signature.len, data.ptr, data.len) == 1;
	EVP_MD_CTX_free(ctx);
	return is_good;
}

/* Signs twice, since contexts are used again; both must be good, and say the algorithm. */
static void assert_signs(struct fixture *f, uint32_t flags, const char *algorithm,
			 const char *digest)
{
	struct byte_view data = view_of("what is to be signed");
	uint8_t der[256];

	for (int round = 0; round < 2; round++) {
		struct byte_view signature;
		struct byte_buf out;
		struct reader r;

		byte_buf_init(&out, 4096);
		ck_assert_int_eq(signer_sign(&f->signer, flags, data, &out), 0);
		r = reader_of(byte_buf_view(&out));
		ck_assert(view_equals_text(reader_string(&r), algorithm));
		signature = reader_string(&r);
		ck_assert_int_eq(reader_finish(&r), 0);
		if (EVP_PKEY_is_a(f->key.pkey, "RSA"))
			ck_assert_uint_eq(signature.len, RSA_BITS / 8);
		if (EVP_PKEY_is_a(f->key.pkey, "EC"))
			signature = (struct byte_view){der, (size_t)der_from(signature, der)};
		ck_assert(verifies(f->key.pkey, digest, signature, data));
		ck_assert(!verifies(f->key.pkey, digest, signature, view_of("something else")));
		byte_buf_deinit(&out);
	}
}

START_TEST(ed25519_signs)
{
	struct fixture f;

	fixture_init(&f, make_ed25519());
	assert_signs(&f, 0, "ssh-ed25519", NULL);
	fixture_deinit(&f);
}
END_TEST

START_TEST(ecdsa_signs_with_the_hash_of_its_curve)
{
	static const char *const cases[][3] = {
		{"P-256", "ecdsa-sha2-nistp256", "SHA256"},
		{"P-384", "ecdsa-sha2-nistp384", "SHA384"},
		{"P-521", "ecdsa-sha2-nistp521", "SHA512"},
	};
	struct fixture f;

	fixture_init(&f, EVP_PKEY_Q_keygen(NULL, NULL, "EC", cases[_i][0]));
	assert_signs(&f, 0, cases[_i][1], cases[_i][2]);
	fixture_deinit(&f);
}
END_TEST

START_TEST(rsa_flags_choose_the_hash)
{
	struct fixture f;

	fixture_init(&f, make_rsa());
	assert_signs(&f, SSH_AGENT_RSA_SHA2_256, "rsa-sha2-256", "SHA256");
	assert_signs(&f, SSH_AGENT_RSA_SHA2_512, "rsa-sha2-512", "SHA512");
	assert_signs(&f, SSH_AGENT_RSA_SHA2_512 | SSH_AGENT_RSA_SHA2_256, "rsa-sha2-256", "SHA256");
	fixture_deinit(&f);
}
END_TEST

static void assert_refuses(struct fixture *f, uint32_t flags)
{
	struct byte_buf out;

	byte_buf_init(&out, 4096);
	ck_assert_int_eq(signer_sign(&f->signer, flags, view_of("data"), &out), -EPERM);
	ck_assert_uint_eq(out.len, 0);
	byte_buf_deinit(&out);
}

START_TEST(sha1_signature_is_refused)
{
	struct fixture f;

	fixture_init(&f, make_rsa());
	assert_refuses(&f, 0);
	fixture_deinit(&f);
}
END_TEST

START_TEST(unknown_flags_are_refused)
{
	struct fixture f;

	fixture_init(&f, make_ed25519());
	assert_refuses(&f, 1);
	assert_refuses(&f, 8 | SSH_AGENT_RSA_SHA2_256);
	fixture_deinit(&f);
}
END_TEST

START_TEST(rsa_flags_mean_nothing_to_other_keys)
{
	struct fixture f;

	fixture_init(&f, make_ed25519());
	assert_signs(&f, SSH_AGENT_RSA_SHA2_512, "ssh-ed25519", NULL);
	fixture_deinit(&f);
}
END_TEST

START_TEST(empty_and_large_data_are_signed)
{
	static uint8_t large[200 * 1024];
	struct fixture f;
	struct byte_buf out;

	fixture_init(&f, make_ed25519());
	byte_buf_init(&out, 4096);
	ck_assert_int_eq(signer_sign(&f.signer, 0, (struct byte_view){NULL, 0}, &out), 0);
	ck_assert_int_eq(signer_sign(&f.signer, 0, (struct byte_view){large, sizeof(large)}, &out),
			 0);
	byte_buf_deinit(&out);
	fixture_deinit(&f);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("signer");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, ed25519_signs);
	tcase_add_loop_test(tests, ecdsa_signs_with_the_hash_of_its_curve, 0, 3);
	tcase_add_test(tests, rsa_flags_choose_the_hash);
	tcase_add_test(tests, sha1_signature_is_refused);
	tcase_add_test(tests, unknown_flags_are_refused);
	tcase_add_test(tests, rsa_flags_mean_nothing_to_other_keys);
	tcase_add_test(tests, empty_and_large_data_are_signed);
	return unit_main(tests, "signer");
}
