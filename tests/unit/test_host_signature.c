#include "agentd/host_signature.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "common/agent_msg.h"
#include "tests/support/exact.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

/* The fast ones first. */
static const struct kind {
	const char *name;
	uint32_t flags; /* for signing */
} kinds[] = {
	{"ed25519", 0},
	{"p256", 0},
	{"p384", 0},
	{"p521", 0},
	{"rsa", SSH_AGENT_RSA_SHA2_256},
	{"rsa", SSH_AGENT_RSA_SHA2_512},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *kind;
static struct login_host host;
static struct byte_buf signature;
static struct byte_view session_id;

static EVP_PKEY *make_key(const char *name)
{
	if (strcmp(name, "ed25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (strcmp(name, "rsa") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC",
				 strcmp(name, "p256") == 0   ? "P-256"
				 : strcmp(name, "p384") == 0 ? "P-384"
							     : "P-521");
}

/* Two keys of each kind, made once: every test runs in a process of its own, and RSA takes time. */
static EVP_PKEY *keys[KIND_COUNT][2];

static void keys_make(void)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		for (size_t j = 0; j < 2; j++)
			keys[i][j] = make_key(kinds[i].name);
	}
}

static void keys_free(void)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		for (size_t j = 0; j < 2; j++)
			EVP_PKEY_free(keys[i][j]);
	}
}

static void login_host_init_of(struct login_host *of, const struct kind *host_kind, size_t which)
{
	EVP_PKEY *pkey = keys[host_kind - kinds][which];

	EVP_PKEY_up_ref(pkey);
	login_host_init(of, pkey);
}

static void host_set_up(const struct kind *of)
{
	kind = of;
	login_host_init_of(&host, kind, 0);
	session_id = view_of("the hash of a key exchange");
	byte_buf_init(&signature, LOGIN_LEN_MAX);
	login_host_sign(&host, kind->flags, session_id, &signature);
}

static void host_tear_down(void)
{
	login_host_deinit(&host);
	byte_buf_deinit(&signature);
}

static int verify(struct byte_view blob, struct byte_view sig)
{
	struct byte_view blob_copy = exact_copy(blob.ptr, blob.len);
	struct byte_view sig_copy = exact_copy(sig.ptr, sig.len);
	struct byte_view id_copy = exact_copy(session_id.ptr, session_id.len);
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	int err = host_signature_verify(blob_copy, sig_copy, id_copy, fingerprint);

	exact_free(blob_copy);
	exact_free(sig_copy);
	exact_free(id_copy);
	return err;
}

static int verify_host(void)
{
	return verify(byte_buf_view(&host.blob), byte_buf_view(&signature));
}

START_TEST(a_hosts_signature_is_good)
{
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	uint8_t expected[FINGERPRINT_HASH_LEN];

	host_set_up(&kinds[_i]);
	ck_assert_int_eq(verify_host(), 0);
	fingerprint_hash(byte_buf_view(&host.blob), expected);
	ck_assert_int_eq(host_signature_verify(byte_buf_view(&host.blob), byte_buf_view(&signature),
					       session_id, fingerprint),
			 0);
	ck_assert_mem_eq(fingerprint, expected, sizeof(expected));
	host_tear_down();
}
END_TEST

START_TEST(a_signature_over_another_session_is_rejected)
{
	host_set_up(&kinds[_i]);
	session_id = view_of("the hash of another exchange");
	ck_assert_int_eq(verify_host(), -EKEYREJECTED);
	session_id.len = 0;
	ck_assert_int_eq(verify_host(), -EKEYREJECTED);
	host_tear_down();
}
END_TEST

START_TEST(another_hosts_signature_is_rejected)
{
	struct login_host other;

	host_set_up(&kinds[_i]);
	login_host_init_of(&other, kind, 1);
	ck_assert_int_eq(verify(byte_buf_view(&other.blob), byte_buf_view(&signature)),
			 -EKEYREJECTED);
	login_host_deinit(&other);
	host_tear_down();
}
END_TEST

START_TEST(no_byte_of_key_or_signature_may_be_altered)
{
	host_set_up(&kinds[_i]);
	for (size_t i = 0; i < host.blob.len; i++) {
		host.blob.data[i] ^= 0x40;
		ck_assert_msg(verify_host() != 0, "%s: byte %zu of the key", kind->name, i);
		host.blob.data[i] ^= 0x40;
	}
	for (size_t i = 0; i < signature.len; i++) {
		signature.data[i] ^= 1;
		ck_assert_msg(verify_host() != 0, "%s: byte %zu of the signature", kind->name, i);
		signature.data[i] ^= 1;
	}
	ck_assert_int_eq(verify_host(), 0);
	host_tear_down();
}
END_TEST

START_TEST(every_prefix_of_key_and_signature_is_badmsg)
{
	host_set_up(&kinds[_i]);
	for (size_t len = 0; len < host.blob.len; len++)
		ck_assert_int_eq(
			verify((struct byte_view){host.blob.data, len}, byte_buf_view(&signature)),
			-EBADMSG);
	for (size_t len = 0; len < signature.len; len++)
		ck_assert_int_eq(
			verify(byte_buf_view(&host.blob), (struct byte_view){signature.data, len}),
			-EBADMSG);
	byte_buf_put_u8(&host.blob, 0);
	ck_assert_int_eq(verify_host(), -EBADMSG);
	host.blob.len--;
	byte_buf_put_u8(&signature, 0);
	ck_assert_int_eq(verify_host(), -EBADMSG);
	host_tear_down();
}
END_TEST

/* Replaces the algorithm's name in the signature. */
static void rename_algorithm(const char *name)
{
	struct reader r = reader_of(byte_buf_view(&signature));
	struct byte_view bytes;
	struct byte_buf renamed;

	reader_string(&r);
	bytes = reader_string(&r);
	byte_buf_init(&renamed, LOGIN_LEN_MAX);
	byte_buf_put_text(&renamed, name);
	byte_buf_put_string(&renamed, bytes);
	ck_assert_int_eq(byte_buf_status(&renamed), 0);
	byte_buf_deinit(&signature);
	signature = renamed;
}

START_TEST(a_signature_of_another_algorithm_is_refused)
{
	static const char *const names[] = {
		"ssh-ed25519",
		"ecdsa-sha2-nistp256",
		"ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521",
		"rsa-sha2-256",
		"rsa-sha2-512",
		"ssh-rsa",
		"none",
	};
	static const char *const own[] = {
		"ssh-ed25519",	       "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521", "rsa-sha2-256",	      "rsa-sha2-512",
	};

	host_set_up(&kinds[_i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rename_algorithm(names[i]);
		ck_assert_int_eq(verify_host() == 0, strcmp(names[i], own[_i]) == 0);
	}
	host_tear_down();
}
END_TEST

START_TEST(rsa_with_sha1_is_not_verified)
{
	host_set_up(&kinds[4]);
	rename_algorithm("ssh-rsa");
	ck_assert_int_eq(verify_host(), -ENOTSUP);
	host_tear_down();
}
END_TEST

START_TEST(an_rsa_signature_may_lack_its_leading_zeros)
{
	char text[32];
	struct byte_view bytes = {0};
	struct byte_buf shortened;

	host_set_up(&kinds[4]);
	for (unsigned i = 0; bytes.len == 0 || bytes.ptr[0] != 0; i++) {
		struct reader r;

		snprintf(text, sizeof(text), "session %u", i);
		session_id = view_of(text);
		byte_buf_clear(&signature);
		login_host_sign(&host, kind->flags, session_id, &signature);
		r = reader_of(byte_buf_view(&signature));
		reader_string(&r);
		bytes = reader_string(&r);
	}
	byte_buf_init(&shortened, LOGIN_LEN_MAX);
	byte_buf_put_text(&shortened, "rsa-sha2-256");
	byte_buf_put_string(&shortened, (struct byte_view){bytes.ptr + 1, bytes.len - 1});
	ck_assert_int_eq(verify(byte_buf_view(&host.blob), byte_buf_view(&shortened)), 0);
	byte_buf_deinit(&shortened);
	host_tear_down();
}
END_TEST

/* An ssh-rsa blob with numbers of so many bits, all set. */
static int verify_rsa_of(unsigned e_bits, unsigned n_bits, uint8_t lowest)
{
	static uint8_t number[4096];
	struct byte_buf blob;
	int err;

	memset(number, 0xff, sizeof(number));
	byte_buf_init(&blob, LOGIN_LEN_MAX);
	byte_buf_put_text(&blob, "ssh-rsa");
	byte_buf_put_mpint(&blob, (struct byte_view){number, e_bits / 8});
	number[n_bits / 8 - 1] = lowest;
	byte_buf_put_mpint(&blob, (struct byte_view){number, n_bits / 8});
	err = verify(byte_buf_view(&blob), byte_buf_view(&signature));
	byte_buf_deinit(&blob);
	return err;
}

START_TEST(rsa_keys_that_are_small_slow_or_none_are_not_tried)
{
	host_set_up(&kinds[4]);
	ck_assert_int_eq(verify_rsa_of(24, 1016, 0xff), -ENOTSUP);
	ck_assert_int_eq(verify_rsa_of(24, 8200, 0xff), -ENOTSUP);
	ck_assert_int_eq(verify_rsa_of(24, 16384, 0xff), -ENOTSUP);
	ck_assert_int_eq(verify_rsa_of(24, 16392, 0xff), -EBADMSG);
	ck_assert_int_eq(verify_rsa_of(40, 2048, 0xff), -ENOTSUP);
	ck_assert_int_eq(verify_rsa_of(2048, 2048, 0xff), -ENOTSUP);
	ck_assert_int_eq(verify_rsa_of(24, 2048, 0xfe), -EBADMSG);
	ck_assert_int_eq(verify_rsa_of(0, 2048, 0xff), -EBADMSG);
	ck_assert_int_eq(verify_rsa_of(24, 2048, 0xff), -EKEYREJECTED);
	host_tear_down();
}
END_TEST

START_TEST(points_off_the_curve_or_in_another_form_are_badmsg)
{
	host_set_up(&kinds[1]);
	/* Compressed, it says; hybrid, which libcrypto would take, one of both by the point. */
	for (uint8_t form = 2; form <= 7; form++) {
		if (form == 4)
			continue;
		host.blob.data[host.blob.len - 64 - 1] = form;
		ck_assert_int_eq(verify_host(), -EBADMSG);
	}
	host.blob.data[host.blob.len - 64 - 1] = 4;
	memset(host.blob.data + host.blob.len - 64, 1, 64);
	ck_assert_int_eq(verify_host(), -EBADMSG);
	host_tear_down();
}
END_TEST

START_TEST(unknown_kinds_of_keys_are_not_verified)
{
	static const char *const types[] = {
		"ssh-dss",
		"sk-ssh-ed25519@openssh.com",
		"ssh-ed448",
		"ecdsa-sha2-nistp192",
		"ecdsa-sha2-",
		"ecdsa-sha1-nistp256",
		"",
		"ssh-new-cert-v01@openssh.com",
		"-cert-v01@openssh.com",
	};

	host_set_up(&kinds[0]);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct byte_buf blob;

		byte_buf_init(&blob, LOGIN_LEN_MAX);
		byte_buf_put_text(&blob, types[i]);
		byte_buf_put_text(&blob, "nonce or field");
		byte_buf_put_text(&blob, "another");
		ck_assert_int_eq(verify(byte_buf_view(&blob), byte_buf_view(&signature)), -ENOTSUP);
		byte_buf_deinit(&blob);
	}
	host_tear_down();
}
END_TEST

/* Appends a certificate over the host's key, as ssh-keygen -s makes it. */
static void put_certificate(struct byte_buf *out, const struct login_host *authority, uint32_t type)
{
	struct reader r = reader_of(byte_buf_view(&host.blob));
	struct byte_view plain = reader_string(&r);
	struct byte_view fields = reader_rest(&r);
	struct byte_buf seal;
	char name[64];

	snprintf(name, sizeof(name), "%.*s-cert-v01@openssh.com", (int)plain.len,
		 (const char *)plain.ptr);
	byte_buf_put_text(out, name);
	byte_buf_put_text(out, "nonce");
	byte_buf_put_bytes(out, fields.ptr, fields.len);
	byte_buf_put_u64(out, 1); /* serial */
	byte_buf_put_u32(out, type);
	byte_buf_put_text(out, "key id");
	byte_buf_put_text(out, "");
	byte_buf_put_u64(out, 0);
	byte_buf_put_u64(out, UINT64_MAX);
	byte_buf_put_text(out, "");
	byte_buf_put_text(out, "");
	byte_buf_put_text(out, "");
	byte_buf_put_string(out, byte_buf_view(&authority->blob));
	byte_buf_init(&seal, LOGIN_LEN_MAX);
	login_host_sign(authority, kind->flags, byte_buf_view(out), &seal);
	byte_buf_put_string(out, byte_buf_view(&seal));
	ck_assert_int_eq(byte_buf_status(out), 0);
	byte_buf_deinit(&seal);
}

static struct login_host authority;
static struct byte_buf certificate;

static void certificate_set_up(const struct kind *of, uint32_t type)
{
	host_set_up(of);
	login_host_init_of(&authority, kind, 1);
	byte_buf_init(&certificate, LOGIN_LEN_MAX);
	put_certificate(&certificate, &authority, type);
}

static void certificate_tear_down(void)
{
	byte_buf_deinit(&certificate);
	login_host_deinit(&authority);
	host_tear_down();
}

static int verify_certificate(void)
{
	return verify(byte_buf_view(&certificate), byte_buf_view(&signature));
}

START_TEST(a_certified_hosts_signature_is_good_and_shows_its_own_key)
{
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	uint8_t expected[FINGERPRINT_HASH_LEN];

	certificate_set_up(&kinds[_i], 2);
	ck_assert_int_eq(verify_certificate(), 0);
	fingerprint_hash(byte_buf_view(&host.blob), expected);
	ck_assert_int_eq(host_signature_verify(byte_buf_view(&certificate),
					       byte_buf_view(&signature), session_id, fingerprint),
			 0);
	ck_assert_mem_eq(fingerprint, expected, sizeof(expected));
	certificate_tear_down();
}
END_TEST

START_TEST(no_byte_of_a_certificate_may_be_altered)
{
	/* All bytes where verifying is fast, some elsewhere. */
	size_t step = _i < 2 ? 1 : 7;

	certificate_set_up(&kinds[_i], 2);
	for (size_t i = 0; i < certificate.len; i += step) {
		certificate.data[i] ^= 1;
		ck_assert_msg(verify_certificate() != 0, "%s: byte %zu", kind->name, i);
		certificate.data[i] ^= 1;
	}
	ck_assert_int_eq(verify_certificate(), 0);
	certificate_tear_down();
}
END_TEST

START_TEST(every_prefix_of_a_certificate_is_badmsg)
{
	certificate_set_up(&kinds[_i], 2);
	for (size_t len = 0; len < certificate.len; len++)
		ck_assert_int_eq(verify((struct byte_view){certificate.data, len},
					byte_buf_view(&signature)),
				 -EBADMSG);
	byte_buf_put_u8(&certificate, 0);
	ck_assert_int_eq(verify_certificate(), -EBADMSG);
	certificate_tear_down();
}
END_TEST

START_TEST(the_authoritys_signature_is_not_the_hosts)
{
	certificate_set_up(&kinds[_i], 2);
	byte_buf_clear(&signature);
	login_host_sign(&authority, kind->flags, session_id, &signature);
	ck_assert_int_eq(verify_certificate(), -EKEYREJECTED);
	certificate_tear_down();
}
END_TEST

START_TEST(a_users_certificate_is_no_hosts)
{
	certificate_set_up(&kinds[0], 1);
	ck_assert_int_eq(verify_certificate(), -EBADMSG);
	certificate_tear_down();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("host_signature");

	tcase_add_unchecked_fixture(tests, keys_make, keys_free);
	tcase_set_timeout(tests, 30); /* many verifications, with sanitizers */
	tcase_add_loop_test(tests, a_hosts_signature_is_good, 0, KIND_COUNT);
	tcase_add_loop_test(tests, a_signature_over_another_session_is_rejected, 0, KIND_COUNT);
	tcase_add_loop_test(tests, another_hosts_signature_is_rejected, 0, KIND_COUNT);
	tcase_add_loop_test(tests, no_byte_of_key_or_signature_may_be_altered, 0, KIND_COUNT);
	tcase_add_loop_test(tests, every_prefix_of_key_and_signature_is_badmsg, 0, KIND_COUNT);
	tcase_add_loop_test(tests, a_signature_of_another_algorithm_is_refused, 0, KIND_COUNT);
	tcase_add_test(tests, rsa_with_sha1_is_not_verified);
	tcase_add_test(tests, an_rsa_signature_may_lack_its_leading_zeros);
	tcase_add_test(tests, rsa_keys_that_are_small_slow_or_none_are_not_tried);
	tcase_add_test(tests, points_off_the_curve_or_in_another_form_are_badmsg);
	tcase_add_test(tests, unknown_kinds_of_keys_are_not_verified);
	tcase_add_loop_test(tests, a_certified_hosts_signature_is_good_and_shows_its_own_key, 0,
			    KIND_COUNT);
	tcase_add_loop_test(tests, no_byte_of_a_certificate_may_be_altered, 0, KIND_COUNT);
	tcase_add_loop_test(tests, every_prefix_of_a_certificate_is_badmsg, 0, KIND_COUNT);
	tcase_add_loop_test(tests, the_authoritys_signature_is_not_the_hosts, 0, KIND_COUNT);
	tcase_add_test(tests, a_users_certificate_is_no_hosts);
	return unit_main(tests, "host_signature");
}
