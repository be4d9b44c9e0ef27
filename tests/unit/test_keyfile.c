#include "agentd/keeper/keyfile.h"

#include <errno.h>
#include <string.h>

#include "agentd/keeper/public_line.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

#define PASSPHRASE "correct horse"

static const char *const types[] = {"ed25519", "rsa", "ec256", "ec384", "ec521"};

static void make_keys(void)
{
	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C 'comment of ed25519' -f ed25519");
	workspace_run("ssh-keygen -q -t rsa -b 2048 -N '' -C 'comment of rsa' -f rsa");
	for (int bits = 256; bits <= 521; bits += bits == 384 ? 137 : 128)
		workspace_run("ssh-keygen -q -t ecdsa -b %d -N '' -C 'comment of ec%d' -f ec%d",
			      bits, bits, bits);
	workspace_run("cp ed25519.pub public");
}

static int decode_file(const char *path, const char *passphrase, struct key *key, const char **why)
{
	struct byte_view given = view_of(passphrase != NULL ? passphrase : "");
	struct byte_buf text;
	int err;

	byte_buf_init(&text, 2 * KEYFILE_LEN_MAX);
	workspace_read(path, &text);
	err = keyfile_decode(byte_buf_view(&text), passphrase != NULL ? &given : NULL, key, why);
	byte_buf_deinit(&text);
	return err;
}

/* The file must be readable and be the key whose public half ssh-keygen wrote to type.pub. */
static void assert_decodes(const char *path, const char *passphrase, const char *type)
{
	struct public_line expected;
	struct byte_buf text;
	struct key key;
	char pub[64];
	const char *why = "";
	int err;

	err = decode_file(path, passphrase, &key, &why);
	ck_assert_msg(err == 0, "%s: %s", path, why);
	byte_buf_init(&text, KEYFILE_LEN_MAX);
	snprintf(pub, sizeof(pub), "%s.pub", type);
	workspace_read(pub, &text);
	ck_assert_int_eq(public_line_parse(byte_buf_view(&text), &expected), 0);
	ck_assert(view_equal(byte_buf_view(&key.blob), byte_buf_view(&expected.blob)));
	public_line_deinit(&expected);
	byte_buf_deinit(&text);
	key_deinit(&key);
}

/* -ENOKEY without a passphrase, -EACCES with a wrong one, and with the right one the key. */
static void assert_decodes_with_passphrase_only(const char *path, const char *type)
{
	struct key key;
	const char *why = NULL;

	ck_assert_int_eq(decode_file(path, NULL, &key, &why), -ENOKEY);
	ck_assert_int_eq(decode_file(path, "wrong", &key, &why), -EACCES);
	ck_assert_ptr_nonnull(strstr(why, "passphrase is wrong"));
	ck_assert_int_eq(decode_file(path, "", &key, &why), -EACCES);
	assert_decodes(path, PASSPHRASE, type);
}

START_TEST(every_type_is_read_from_openssh_format_with_its_comment)
{
	char comment[64];
	struct key key;
	const char *why;

	assert_decodes(types[_i], NULL, types[_i]);
	ck_assert_int_eq(decode_file(types[_i], NULL, &key, &why), 0);
	snprintf(comment, sizeof(comment), "comment of %s", types[_i]);
	ck_assert_str_eq(key.comment, comment);
	key_deinit(&key);
}
END_TEST

START_TEST(every_type_is_read_from_pem_and_pkcs8)
{
	static const char *const formats[] = {"PEM", "PKCS8"};

	for (size_t i = 0; i < 2; i++) {
		if (strcmp(types[_i], "ed25519") == 0)
			continue; /* ssh-keygen writes it in its own format only */
		workspace_run("cp %s copy && ssh-keygen -q -p -m %s -N '' -f copy", types[_i],
			      formats[i]);
		workspace_run("! grep -q OPENSSH copy");
		assert_decodes("copy", NULL, types[_i]);
		workspace_run("ssh-keygen -q -p -m %s -N '" PASSPHRASE "' -f copy", formats[i]);
		workspace_run("grep -q ENCRYPTED copy");
		assert_decodes_with_passphrase_only("copy", types[_i]);
	}
}
END_TEST

START_TEST(openssl_files_are_read)
{
	workspace_run("openssl genpkey -algorithm ed25519 -out plain");
	workspace_run("openssl pkcs8 -topk8 -in plain -out sealed -passout 'pass:" PASSPHRASE "'");
	workspace_run("openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in plain -out old"
		      " -passout 'pass:" PASSPHRASE "'");
	workspace_run("ssh-keygen -y -f plain > made.pub || openssl pkey -in plain -pubout -outform"
		      " DER | tail -c 32 | (printf '\\0\\0\\0\\013ssh-ed25519\\0\\0\\0\\040'; cat)"
		      " | base64 -w0 | sed 's/^/ssh-ed25519 /' > made.pub");
	assert_decodes("plain", NULL, "made");
	assert_decodes_with_passphrase_only("sealed", "made");
	assert_decodes_with_passphrase_only("old", "made");
	workspace_run("openssl genrsa -traditional -des3 -passout 'pass:" PASSPHRASE
		      "' -out des3 2048");
	workspace_run("chmod 600 des3 && ssh-keygen -y -P '" PASSPHRASE "' -f des3 > made.pub");
	assert_decodes_with_passphrase_only("des3", "made");
}
END_TEST

START_TEST(every_cipher_of_ssh_keygen_is_read)
{
	FILE *ciphers = popen("ssh -Q cipher", "r"); /* NOLINT(cert-env33-c): a fixed command */
	char cipher[64];
	int count = 0;

	ck_assert_ptr_nonnull(ciphers);
	while (fscanf(ciphers, "%63s", cipher) == 1) {
		workspace_run("cp ed25519 copy && ssh-keygen -q -p -a 1 -Z %s -N '" PASSPHRASE
			      "' -f copy",
			      cipher);
		assert_decodes_with_passphrase_only("copy", "ed25519");
		count++;
	}
	pclose(ciphers);
	ck_assert_int_ge(count, 10);
}
END_TEST

START_TEST(sixteen_and_a_hundred_rounds_are_read)
{
	static const int rounds[] = {16, 100};

	workspace_run("cp ed25519 copy && ssh-keygen -q -p -a %d -N '" PASSPHRASE "' -f copy",
		      rounds[_i]);
	assert_decodes("copy", PASSPHRASE, "ed25519");
}
END_TEST

START_TEST(line_ends_of_other_systems_and_lost_ones_do_no_harm)
{
	workspace_run("sed 's/$/\\r/' ed25519 > crlf");
	assert_decodes("crlf", NULL, "ed25519");
	workspace_run("tr '\\n' ' ' < ed25519 > one-line");
	assert_decodes("one-line", NULL, "ed25519");
	workspace_run("printf 'some words before\\n\\n' | cat - ec256 > with-text");
	assert_decodes("with-text", NULL, "ec256");
}
END_TEST

/* What is no usable private key gets an error that says what to do. */
static void assert_refused(const char *path, int expected, const char *hint)
{
	struct key key;
	const char *why = NULL;

	ck_assert_int_eq(decode_file(path, NULL, &key, &why), expected);
	ck_assert_msg(strstr(why, hint) != NULL, "%s: \"%s\" lacks \"%s\"", path, why, hint);
}

START_TEST(what_is_no_usable_private_key_is_named)
{
	workspace_run(": > empty; echo hello > text; cp ed25519.pub public");
	workspace_run("head -n 3 ed25519 > cut; grep -v END ed25519 > endless");
	workspace_run("sed '3s/^./*/' ed25519 > garbled; head -c 70000 /dev/zero > huge");
	workspace_run("echo 'PuTTY-User-Key-File-3: ssh-ed25519' > putty");
	workspace_run("openssl genrsa -out small 768");
	workspace_run("openssl ecparam -name secp256k1 -genkey -noout -out bitcoin");
	workspace_run("openssl genpkey -algorithm x25519 -out x25519");
	assert_refused("empty", -EBADMSG, "empty");
	assert_refused("text", -EBADMSG, "not a private key");
	assert_refused("public", -ENOTSUP, "public key");
	assert_refused("cut", -EBADMSG, "damaged");
	assert_refused("endless", -EBADMSG, "damaged");
	assert_refused("garbled", -EBADMSG, "damaged");
	assert_refused("huge", -EBADMSG, "64 KiB");
	assert_refused("putty", -ENOTSUP, "puttygen");
	assert_refused("small", -ENOTSUP, "1024 bits");
	assert_refused("bitcoin", -ENOTSUP, "ssh-agent");
	assert_refused("x25519", -ENOTSUP, "ssh-agent");
}
END_TEST

START_TEST(dsa_key_is_refused_by_name)
{
	workspace_run("openssl dsaparam -genkey -noout -out dsa 1024");
	assert_refused("dsa", -ENOTSUP, "not served from a file");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("keyfile");
	int type_count = sizeof(types) / sizeof(types[0]);

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, make_keys, workspace_leave);
	tcase_add_loop_test(tests, every_type_is_read_from_openssh_format_with_its_comment, 0,
			    type_count);
	tcase_add_loop_test(tests, every_type_is_read_from_pem_and_pkcs8, 0, type_count);
	tcase_add_test(tests, openssl_files_are_read);
	tcase_add_test(tests, every_cipher_of_ssh_keygen_is_read);
	tcase_add_loop_test(tests, sixteen_and_a_hundred_rounds_are_read, 0, 2);
	tcase_add_test(tests, line_ends_of_other_systems_and_lost_ones_do_no_harm);
	tcase_add_test(tests, what_is_no_usable_private_key_is_named);
	tcase_add_test(tests, dsa_key_is_refused_by_name);
	return unit_main(tests, "keyfile");
}
