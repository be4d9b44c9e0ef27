#include "agentd/secret.h"

#include <errno.h>
#include <sys/wait.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct secret loaded;

static void assert_refused(int expected, const char *word)
{
	struct secret untouched = loaded;

	said_forget();
	ck_assert_int_eq(secret_load("secret", &loaded), expected);
	said_expect(word);
	ck_assert_mem_eq(&loaded, &untouched, sizeof(loaded));
}

static void write_secret(const void *content, size_t len)
{
	unlink("secret");
	workspace_write("secret", (struct byte_view){content, len});
}

static void setup(void)
{
	said_begin();
	unlink("secret");
}

START_TEST(secrets_of_runs_differ_and_do_not_last)
{
	struct secret first;
	struct secret second;

	ck_assert_int_eq(secret_generate(&first), 0);
	ck_assert_int_eq(secret_generate(&second), 0);
	ck_assert_mem_ne(first.seal_key, second.seal_key, SECRET_KEY_LEN);
	ck_assert_mem_ne(first.host_key_seed, second.host_key_seed, SECRET_KEY_LEN);
	ck_assert(!first.lasts);
}
END_TEST

START_TEST(the_seal_key_is_not_the_host_key)
{
	struct secret secret;

	ck_assert_int_eq(secret_generate(&secret), 0);
	ck_assert_mem_ne(secret.seal_key, secret.host_key_seed, SECRET_KEY_LEN);
}
END_TEST

START_TEST(a_file_is_made_for_its_owner_alone_and_read_again)
{
	struct secret first;
	struct secret second;
	struct stat info;

	umask(0);
	ck_assert_int_eq(secret_load("secret", &first), 0);
	ck_assert_int_eq(secret_load("secret", &second), 0);
	ck_assert_mem_eq(&first, &second, sizeof(first));
	ck_assert(first.lasts);
	ck_assert_int_eq(stat("secret", &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0600);
	workspace_run("test \"$(ls | grep -c secret)\" = 1"); /* and nothing beside it */
}
END_TEST

START_TEST(two_who_make_the_file_at_once_share_one_secret)
{
	enum { MAKERS = 8 };
	struct secret made[MAKERS];
	int go[2];
	int results[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(pipe(results), 0);
	for (int i = 0; i < MAKERS; i++) {
		if (fork() == 0) {
			close(go[1]);
			(void)!read(go[0], made, 1); /* all are let go by the end of the pipe */
			if (secret_load("secret", &made[0]) != 0)
				_exit(1);
			_exit(write(results[1], &made[0], sizeof(made[0])) < 0);
		}
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < MAKERS; i++) {
		ck_assert_int_eq(read(results[0], &made[i], sizeof(made[i])), sizeof(made[i]));
		ck_assert_mem_eq(&made[i], &made[0], sizeof(made[0]));
	}
	for (int i = 0; i < MAKERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

/* RFC 5869 by another implementation: the file holds the bytes 00 01 ... 1f. */
START_TEST(keys_are_derived_as_others_would_derive_them)
{
	static const uint8_t zero[SECRET_KEY_LEN];
	struct byte_buf expected;

	workspace_run("printf 'ssh-forward-agentd-secret-1 "
		      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\\n' > secret");
	for (int i = 0; i < 2; i++) {
		byte_buf_init(&expected, SECRET_KEY_LEN);
		workspace_run("openssl kdf -binary -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:"
			      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
			      "-kdfopt 'info:ssh-forward-agent %s' -out expected HKDF",
			      i == 0 ? "token seal" : "host key");
		workspace_read("expected", &expected);
		ck_assert_uint_eq(expected.len, SECRET_KEY_LEN);
		ck_assert_int_eq(secret_load("secret", &loaded), 0);
		ck_assert_mem_eq(i == 0 ? loaded.seal_key : loaded.host_key_seed, expected.data,
				 SECRET_KEY_LEN);
		ck_assert_mem_ne(expected.data, zero, sizeof(zero));
		byte_buf_deinit(&expected);
	}
}
END_TEST

START_TEST(a_file_that_others_may_touch_is_refused)
{
	static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0660, 0666};

	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		ck_assert_int_eq(chmod("secret", modes[i]), 0);
		assert_refused(-EPERM, "chmod 600 secret");
	}
	ck_assert_int_eq(chmod("secret", 0400), 0);
	ck_assert_int_eq(secret_load("secret", &loaded), 0);
}
END_TEST

/* As Kubernetes mounts it: fsGroup is the container's group. Only root can set the stage. */
START_TEST(roots_file_may_be_read_by_its_group)
{
	static const mode_t refused[] = {0460, 0450, 0444, 0441};

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	ck_assert_int_eq(chown("secret", 0, 4712), 0);
	ck_assert_int_eq(chmod(".", 0755), 0);
	ck_assert_int_eq(chmod("said", 0666), 0);
	ck_assert_int_eq(setegid(4712), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		ck_assert_int_eq(chmod("secret", refused[i]), 0);
		ck_assert_int_eq(seteuid(4711), 0);
		assert_refused(-EPERM, "chmod 600 secret");
		ck_assert_int_eq(seteuid(0), 0);
	}
	ck_assert_int_eq(chmod("secret", 0440), 0);
	assert_refused(-EPERM, "chmod 600 secret");
	ck_assert_int_eq(seteuid(4711), 0);
	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
	ck_assert_int_eq(mkdir("secret", 0700), 0);
	assert_refused(-EINVAL, "not a regular file");
	rmdir("secret");
}
END_TEST

START_TEST(every_prefix_of_a_file_is_refused)
{
	struct byte_buf whole;

	byte_buf_init(&whole, 4096);
	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	workspace_read("secret", &whole);
	for (size_t len = 0; len + 1 < whole.len; len++) {
		write_secret(whole.data, len);
		assert_refused(-EBADMSG, "does not hold a secret");
	}
	write_secret(whole.data, whole.len - 1); /* but for the end of the line */
	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	byte_buf_deinit(&whole);
}
END_TEST

START_TEST(a_file_of_something_else_is_refused)
{
	static const char *const texts[] = {
		"sfa1_AAAA\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\n",
		"ssh-forward-agentd-secret-2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
		"ssh-forward-agentd-secret-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8fff\n",
		"ssh-forward-agentd-secret-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n\n",
		"ssh-forward-agentd-secret-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		"ssh-forward-agentd-secret-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh?\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_secret(texts[i], strlen(texts[i]));
		assert_refused(-EBADMSG, "does not hold a secret");
	}
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_reported)
{
	ck_assert_int_eq(secret_load("no/such/directory", &loaded), -ENOENT);
	said_expect("cannot be made");
}
END_TEST

START_TEST(wiping_leaves_nothing)
{
	static const struct secret nothing;

	ck_assert_int_eq(secret_load("secret", &loaded), 0);
	secret_wipe(&loaded);
	ck_assert_mem_eq(&loaded, &nothing, sizeof(nothing));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("secret");

	tcase_set_timeout(tests, 20);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, secrets_of_runs_differ_and_do_not_last);
	tcase_add_test(tests, the_seal_key_is_not_the_host_key);
	tcase_add_test(tests, a_file_is_made_for_its_owner_alone_and_read_again);
	tcase_add_test(tests, two_who_make_the_file_at_once_share_one_secret);
	tcase_add_test(tests, keys_are_derived_as_others_would_derive_them);
	tcase_add_test(tests, a_file_that_others_may_touch_is_refused);
	tcase_add_test(tests, roots_file_may_be_read_by_its_group);
	tcase_add_test(tests, what_is_no_regular_file_is_refused);
	tcase_add_test(tests, every_prefix_of_a_file_is_refused);
	tcase_add_test(tests, a_file_of_something_else_is_refused);
	tcase_add_test(tests, a_file_that_cannot_be_made_is_reported);
	tcase_add_test(tests, wiping_leaves_nothing);
	return unit_main(tests, "secret");
}
