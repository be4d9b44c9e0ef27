#include <errno.h>
#include <string.h>

#include "common/agent_msg.h"
#include "tests/support/gate_world.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static struct gate_world world;

static void keys_make(void)
{
	workspace_enter();
	workspace_run(
		"for key in one two; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; done;"
		"ssh-keygen -q -t rsa -b 2048 -N '' -C rsa -f rsa;"
		"ssh-keygen -q -s two -I id -n git one.pub;"
		"for file in *.pub; do cut -d ' ' -f 2 $file | base64 -d > ${file%%.pub}.blob;"
		" ssh-keygen -lf $file | cut -d ' ' -f 2 | tr -d '\\n' > ${file%%.pub}.print;"
		"done");
}

static void world_set_up(void)
{
	gate_world_init(&world);
}

static void world_tear_down(void)
{
	gate_world_deinit(&world);
}

static struct byte_buf content_of(const char *file)
{
	struct byte_buf content;

	byte_buf_init(&content, 64 * 1024);
	workspace_read(file, &content);
	return content;
}

/* Allows the key of NAME.pub, by its fingerprint. */
static void allow_by_fingerprint(const char *name)
{
	char file[32];
	char text[FINGERPRINT_TEXT_MAX];
	struct byte_buf print;

	snprintf(file, sizeof(file), "%s.print", name);
	print = content_of(file);
	snprintf(text, sizeof(text), "%.*s", (int)print.len, (const char *)print.data);
	byte_buf_deinit(&print);
	gate_world_set(&world, "only-keys", text);
}

static void allow_by_file(const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", workspace_path, file);
	gate_world_set(&world, "only-keys", path);
}

static struct gate_decision log_in_with(const char *file)
{
	struct byte_buf blob = content_of(file);
	struct login login = login_sample();
	struct gate_decision decision;
	char type[64];
	struct reader r = reader_of(byte_buf_view(&blob));
	struct byte_view name = reader_string(&r);

	snprintf(type, sizeof(type), "%.*s", (int)name.len, (const char *)name.ptr);
	login.algorithm = type;
	login.key_blob = byte_buf_view(&blob);
	decision = gate_world_login(&world, &login);
	byte_buf_deinit(&blob);
	return decision;
}

static struct gate_decision log_in_as(const char *user)
{
	struct login login = login_sample();

	login.user = view_of(user);
	return gate_world_login(&world, &login);
}

static struct gate_decision sign_file(const char *namespace, const char *key, uint32_t flags)
{
	struct byte_buf blob = content_of(key);
	struct gate_decision decision =
		gate_world_sshsig(&world, namespace, byte_buf_view(&blob), flags);

	byte_buf_deinit(&blob);
	ck_assert_int_eq(decision.kind, GATE_SSHSIG);
	return decision;
}

START_TEST(logins_are_as_the_users_of_the_policy_only)
{
	struct gate_decision decision;

	gate_world_set(&world, "user", "git, deploy");
	ck_assert(log_in_as("git").passes);
	ck_assert(log_in_as("deploy").passes);
	decision = log_in_as("ro\not");
	ck_assert(!decision.passes);
	ck_assert_str_eq(decision.reason, "a login as a user who is none of the id's");
	ck_assert_str_eq(decision.detail, "user \"ro\\x0aot\"; allowed: git, deploy");
	ck_assert(!log_in_as("").passes);
	ck_assert(!log_in_as("gi").passes);
	ck_assert(!log_in_as("git2").passes);
	ck_assert(!log_in_as("Git").passes);
}
END_TEST

START_TEST(logins_are_with_the_keys_of_the_policy_only)
{
	ck_assert(log_in_with("two.blob").passes);
	allow_by_fingerprint("one");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(!log_in_with("two.blob").passes);
	ck_assert_str_eq(log_in_with("two.blob").reason,
			 "a key that is none of the id's (only-keys)");
	allow_by_fingerprint("two");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(log_in_with("two.blob").passes);
}
END_TEST

START_TEST(a_key_may_be_named_by_its_file)
{
	allow_by_file("one.pub");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(!log_in_with("two.blob").passes);
	ck_assert_int_eq(setenv("HOME", workspace_path, 1), 0);
	gate_world_set(&world, "only-keys", "~/two.pub");
	ck_assert(log_in_with("two.blob").passes);
}
END_TEST

START_TEST(a_certificate_counts_as_the_key_it_is_over)
{
	allow_by_fingerprint("one");
	ck_assert(log_in_with("one-cert.blob").passes);
	allow_by_fingerprint("two");
	gate_world_deinit(&world);
	gate_world_init(&world);
	allow_by_fingerprint("two"); /* its authority is another key */
	ck_assert(!log_in_with("one-cert.blob").passes);
	allow_by_file("one-cert.pub");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(log_in_with("one-cert.blob").passes);
}
END_TEST

START_TEST(files_are_signed_in_the_namespaces_of_the_policy_only)
{
	struct gate_decision decision = sign_file("git", "one.blob", 0);

	ck_assert(!decision.passes);
	gate_world_set(&world, "allow-sshsig", "git");
	decision = sign_file("git", "one.blob", 0);
	ck_assert(decision.passes);
	ck_assert_str_eq(decision.login.sshsig_namespace, "git");
	ck_assert_str_eq(decision.login.user, "");
	decision = sign_file("file", "one.blob", 0);
	ck_assert(!decision.passes);
	ck_assert_ptr_nonnull(strstr(decision.reason, "allow-sshsig"));
	ck_assert_str_eq(decision.detail, "namespace \"file\"");
	ck_assert(!sign_file("Git", "one.blob", 0).passes);
	ck_assert(!sign_file("gitx", "one.blob", 0).passes);
	ck_assert(!sign_file("gi", "one.blob", 0).passes);
	gate_world_set(&world, "allow-sshsig", "file");
	ck_assert(sign_file("file", "one.blob", 0).passes);
	ck_assert(sign_file("git", "one.blob", 0).passes);
	ck_assert(log_in_with("one.blob").passes);
}
END_TEST

START_TEST(files_are_signed_with_the_keys_of_the_policy_only)
{
	gate_world_set(&world, "allow-sshsig", "git");
	allow_by_fingerprint("one");
	ck_assert(sign_file("git", "one.blob", 0).passes);
	ck_assert(!sign_file("git", "two.blob", 0).passes);
}
END_TEST

START_TEST(files_are_not_signed_with_sha1_nor_with_unknown_flags)
{
	gate_world_set(&world, "allow-sshsig", "git");
	ck_assert_str_eq(sign_file("git", "rsa.blob", 0).reason,
			 "RSA signatures with SHA-1 (ssh-rsa) are not made");
	ck_assert(sign_file("git", "rsa.blob", SSH_AGENT_RSA_SHA2_256).passes);
	ck_assert(sign_file("git", "rsa.blob", SSH_AGENT_RSA_SHA2_512).passes);
	ck_assert(!sign_file("git", "rsa.blob", 6).passes);
	ck_assert(!sign_file("git", "rsa.blob", 1).passes);
	ck_assert(sign_file("git", "one.blob", SSH_AGENT_RSA_SHA2_512).passes);
	ck_assert(!sign_file("git", "one.blob", 8).passes);
}
END_TEST

/* The namespace is for commits, not for hosts; but what is a login stays one. */
START_TEST(a_policy_of_hosts_leaves_files_alone)
{
	gate_world_set(&world, "host", "good.example.com");
	gate_world_set(&world, "allow-sshsig", "git");
	ck_assert(sign_file("git", "one.blob", 0).passes);
	ck_assert(!log_in_with("one.blob").passes);
}
END_TEST

START_TEST(blank_lines_and_comments_of_a_file_of_keys_are_passed_over)
{
	workspace_run("{ printf '\\n \\n\\t\\n\\r\\n \\t \\r\\n'; echo '# one'; echo '  # two';"
		      "printf '\\t# three\\n\\r# four\\n'; cat one.pub; printf ' \\t'; cat two.pub;"
		      "printf '  '; } > spaced.pub; sed 's/$/\\r/' one.pub > windows.pub");
	allow_by_file("spaced.pub");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(log_in_with("two.blob").passes);
	gate_world_deinit(&world);
	gate_world_init(&world);
	allow_by_file("windows.pub");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(!log_in_with("two.blob").passes);
}
END_TEST

static void expect_wrong(const char *name, const char *value, const char *reason)
{
	char why[POLICY_REASON_MAX] = "";
	struct policy policy = {0};
	struct rules rules = {0};

	ck_assert_int_eq(policy_set(&policy, name, value, why), 0);
	ck_assert_int_eq(rules_init(&rules, &policy, world.trusted, why), -EINVAL);
	ck_assert_msg(strstr(why, reason) != NULL, "%s", why);
	ck_assert_ptr_null(rules.policy);
	policy_deinit(&policy);
}

START_TEST(wrong_values_are_told)
{
	char path[128];

	expect_wrong("host", "good.example.com, bad:0", "host: bad:0: no host is called that");
	expect_wrong("host", "*.example.com", "no host is called that");
	expect_wrong("only-keys", "SHA256:abc", "neither a fingerprint");
	expect_wrong("only-keys", "MD5:00:11", "neither a fingerprint");
	expect_wrong("only-keys", "one.pub", "neither a fingerprint");
	expect_wrong("only-keys", "/nonexistent/key.pub", "No such file");
	expect_wrong("only-keys", "/dev/zero", "no regular file");
	snprintf(path, sizeof(path), "%s/one", workspace_path);
	expect_wrong("only-keys", path, "holds no public key; name the .pub file");
	workspace_run("{ cat one.pub; echo; echo '# two'; cat two.pub; } > both; : > none;"
		      "{ cat one.pub; echo x; } > broken");
	snprintf(path, sizeof(path), "%s/none", workspace_path);
	expect_wrong("only-keys", path, "holds no public key");
	snprintf(path, sizeof(path), "%s/broken", workspace_path);
	expect_wrong("only-keys", path, "holds no public key");
	allow_by_file("both");
	ck_assert(log_in_with("one.blob").passes);
	ck_assert(log_in_with("two.blob").passes);
	ck_assert_int_eq(unsetenv("HOME"), 0);
	expect_wrong("only-keys", "~/one.pub", "HOME is not set");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("gate_policy");

	tcase_add_unchecked_fixture(tests, keys_make, workspace_leave);
	tcase_add_checked_fixture(tests, world_set_up, world_tear_down);
	tcase_add_test(tests, logins_are_as_the_users_of_the_policy_only);
	tcase_add_test(tests, logins_are_with_the_keys_of_the_policy_only);
	tcase_add_test(tests, a_key_may_be_named_by_its_file);
	tcase_add_test(tests, a_certificate_counts_as_the_key_it_is_over);
	tcase_add_test(tests, files_are_signed_in_the_namespaces_of_the_policy_only);
	tcase_add_test(tests, files_are_signed_with_the_keys_of_the_policy_only);
	tcase_add_test(tests, files_are_not_signed_with_sha1_nor_with_unknown_flags);
	tcase_add_test(tests, a_policy_of_hosts_leaves_files_alone);
	tcase_add_test(tests, blank_lines_and_comments_of_a_file_of_keys_are_passed_over);
	tcase_add_test(tests, wrong_values_are_told);
	return unit_main(tests, "gate_policy");
}
