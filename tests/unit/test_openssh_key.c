#include "agentd/keeper/openssh_key.h"

#include <errno.h>
#include <string.h>

#include "agentd/keeper/armor.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

#define PASSPHRASE "correct horse"

static void make_keys(void)
{
	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C comment -f ed25519");
	workspace_run("ssh-keygen -q -t ecdsa -N '' -C comment -f ecdsa");
	workspace_run("ssh-keygen -q -t rsa -b 1024 -N '' -C comment -f rsa");
	workspace_run("ssh-keygen -q -t ed25519 -a 1 -Z aes256-gcm@openssh.com -N '" PASSPHRASE
		      "' -f sealed");
}

/* The binary content of a key file. */
static void read_binary(const char *path, struct byte_buf *binary)
{
	struct byte_view armored;
	struct byte_buf text;

	byte_buf_init(&text, 64 * 1024);
	byte_buf_init(binary, 64 * 1024);
	workspace_read(path, &text);
	ck_assert(armor_find(byte_buf_view(&text), "PRIVATE KEY-----", "-----END", &armored));
	ck_assert_int_eq(armor_decode(armored, binary), 0);
	byte_buf_deinit(&text);
}

static int decode(struct byte_view bytes, struct key *key, const char **why)
{
	struct byte_view passphrase = view_of(PASSPHRASE);
	struct byte_view copy = exact_copy(bytes.ptr, bytes.len);
	int err;

	err = openssh_key_decode(copy, &passphrase, key, why);
	exact_free(copy);
	return err;
}

static const char *const files[] = {"ed25519", "ecdsa", "rsa", "sealed"};

enum {
	FILE_COUNT = sizeof(files) / sizeof(files[0]),
	PLAIN_FILE_COUNT = FILE_COUNT - 1,
};

START_TEST(every_truncation_is_an_error)
{
	struct byte_buf binary;
	struct key key;
	const char *why;

	read_binary(files[_i], &binary);
	for (size_t len = 0; len < binary.len; len++) {
		why = NULL;
		ck_assert_int_eq(decode((struct byte_view){binary.data, len}, &key, &why),
				 -EBADMSG);
		ck_assert_ptr_nonnull(why);
	}
	ck_assert_int_eq(decode(byte_buf_view(&binary), &key, &why), 0);
	key_deinit(&key);
	byte_buf_put_u8(&binary, 0);
	ck_assert_int_eq(decode(byte_buf_view(&binary), &key, &why), -EBADMSG);
	byte_buf_deinit(&binary);
}
END_TEST

/* Whatever byte is damaged, what is loaded is the same key or none. */
START_TEST(no_damaged_byte_gives_another_key)
{
	struct byte_buf binary;
	struct key original;
	struct key key;
	const char *why = NULL;
	int loaded = 0;

	read_binary(files[_i], &binary);
	ck_assert_int_eq(decode(byte_buf_view(&binary), &original, &why), 0);
	for (size_t i = 0; i < binary.len; i++) {
		binary.data[i] ^= 0x41;
		why = NULL;
		if (decode(byte_buf_view(&binary), &key, &why) == 0) {
			ck_assert(view_equal(byte_buf_view(&key.blob),
					     byte_buf_view(&original.blob)));
			key_deinit(&key);
			loaded++;
		} else {
			ck_assert_ptr_nonnull(why);
		}
		binary.data[i] ^= 0x41;
	}
	/* Only the comment, and numbers that libcrypto can do without, may be damaged unseen. */
	ck_assert_int_lt(loaded, (int)binary.len / 2);
	key_deinit(&original);
	byte_buf_deinit(&binary);
}
END_TEST

/* A file with the given words in clear, and nothing in its private part. */
static int decode_made(const char *cipher, const char *kdf, struct byte_view kdf_options,
		       uint32_t key_count, const char *type, const char **why)
{
	struct byte_buf public_part;
	struct byte_buf file;
	struct key key;
	int err;

	byte_buf_init(&public_part, 1024);
	byte_buf_init(&file, 4096);
	byte_buf_put_text(&public_part, type);
	byte_buf_put_bytes(&file, "openssh-key-v1", sizeof("openssh-key-v1"));
	byte_buf_put_text(&file, cipher);
	byte_buf_put_text(&file, kdf);
	byte_buf_put_string(&file, kdf_options);
	byte_buf_put_u32(&file, key_count);
	byte_buf_put_string(&file, byte_buf_view(&public_part));
	byte_buf_put_text(&file, "0123456789abcdef");
	*why = NULL;
	err = decode(byte_buf_view(&file), &key, why);
	byte_buf_deinit(&public_part);
	byte_buf_deinit(&file);
	return err;
}

START_TEST(what_is_not_taken_is_named)
{
	static const uint8_t many_rounds[] = {0, 0, 0, 1, 7, 0, 0x10, 0, 0};
	static const struct byte_view none = {NULL, 0};
	struct byte_view options = {many_rounds, sizeof(many_rounds)};
	const char *why;

	ck_assert_int_eq(decode_made("none", "none", none, 1, "sk-ssh-ed25519@openssh.com", &why),
			 -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "--agent"));
	ck_assert_int_eq(decode_made("none", "none", none, 1, "ssh-dss", &why), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "DSA"));
	ck_assert_int_eq(decode_made("rot13", "bcrypt", none, 1, "ssh-ed25519", &why), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "cipher"));
	ck_assert_int_eq(decode_made("none", "none", none, 2, "ssh-ed25519", &why), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "several"));
	ck_assert_int_eq(decode_made("aes256-ctr", "scrypt", none, 1, "ssh-ed25519", &why),
			 -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "derivation"));
	ck_assert_int_eq(decode_made("aes256-ctr", "bcrypt", options, 1, "ssh-ed25519", &why),
			 -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "rounds"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("openssh_key");

	tcase_set_timeout(tests, 60);
	tcase_add_unchecked_fixture(tests, make_keys, workspace_leave);
	tcase_add_loop_test(tests, every_truncation_is_an_error, 0, FILE_COUNT);
	tcase_add_loop_test(tests, no_damaged_byte_gives_another_key, 0, PLAIN_FILE_COUNT);
	tcase_add_test(tests, what_is_not_taken_is_named);
	return unit_main(tests, "openssh_key");
}
