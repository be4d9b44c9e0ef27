#include "agentd/config.h"

#include <errno.h>

#include "agentd/config_sections.h"
#include "agentd/setting.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct options options;

static void forget(void)
{
	source_set_deinit(&options.sources);
	secret_set_deinit(&options.secrets);
	options_deinit(&options);
	options = (struct options){.limits = limits_default, .log_level = LOG_LEVEL_INFO};
}

static void setup(void)
{
	said_begin();
	setenv("HOME", workspace_path, 1);
	unsetenv("XDG_CONFIG_HOME");
	forget();
}

/* The text, in a block of exactly its size; from nothing each time. */
static int read_bytes(const char *text, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);
	int err;

	memcpy(exact, text, len);
	forget();
	said_forget();
	err = config_sections_read((struct byte_view){exact, len}, "/conf/file", &options);
	free(exact);
	return err;
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

START_TEST(a_secret_is_a_file_or_a_variable)
{
	setenv("CONFIG_SECRET", "of the environment", 1);
	ck_assert_int_eq(read_text("[secret accounts]\n"
				   "src = /etc/passwd\n"
				   "[secret home]\n"
				   "src = ~/\n"
				   "[secret variable]\n"
				   "env = CONFIG_SECRET\n"),
			 0);
	ck_assert_uint_eq(options.secrets.count, 3);
	ck_assert_str_eq(secret_set_find(&options.secrets, "accounts")->path, "/etc/passwd");
	ck_assert_int_eq(strncmp(secret_set_find(&options.secrets, "home")->path, workspace_path,
				 strlen(workspace_path)),
			 0);
	ck_assert_uint_eq(secret_set_find(&options.secrets, "variable")->content_len, 18);
}
END_TEST

START_TEST(a_secret_that_makes_no_sense_is_told_with_its_line)
{
	static const char *const bad[] = {
		"[secret ../a]\nsrc = /etc/passwd\n",
		"[secret]\nsrc = /etc/passwd\n",
		"[secret a]\n",
		"[secret a]\nsrc = /nowhere\n",
		"[secret a]\nenv = NO_SUCH_VARIABLE\n",
		"[secret a]\nsrc =\n",
		"[secret a]\nsrc = /etc/passwd\nenv = HOME\n",
		"[secret a]\nsrc = /etc/passwd\nsrc = /etc/group\n",
		"[secret a]\nsrc = /etc/passwd\ntarget = /x\n",
		"[secret a]\nsrc = /etc/passwd\n[secret a]\nsrc = /etc/passwd\n",
	};

	unsetenv("NO_SUCH_VARIABLE");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(read_text(bad[i]) == -EINVAL, "taken: %s", bad[i]);
		said_expect("/conf/file:");
	}
}
END_TEST

START_TEST(every_key_of_the_daemon_is_taken)
{
	ck_assert_int_eq(read_text("[daemon]\n"
				   "listen = docker0, unix:~/s\n"
				   "listen = unix:run/s\n"
				   "trust-network = yes\n"
				   "allow = 10.0.0.0/8,fd00::/8\n"
				   "token-file = ~/token\n"
				   "passphrase-file = pass\n"
				   "known-hosts = hosts, /etc/h\n"
				   "log-level = debug\n"),
			 0);
	ck_assert_uint_eq(options.listen.count, 3);
	ck_assert_str_eq(options.listen.list[0], "docker0");
	ck_assert_int_eq(strncmp(options.listen.list[1], "unix:", 5), 0);
	ck_assert_int_eq(
		strncmp(options.listen.list[1] + 5, workspace_path, strlen(workspace_path)), 0);
	ck_assert_str_eq(options.listen.list[2], "unix:/conf/run/s");
	ck_assert(options.trusts_network);
	ck_assert_uint_eq(options.allow.count, 2);
	ck_assert_str_eq(options.allow.list[1], "fd00::/8");
	ck_assert_str_eq(strrchr(options.token_file, '/'), "/token");
	ck_assert_str_eq(options.passphrase_file, "/conf/pass");
	ck_assert_uint_eq(options.known_hosts.count, 2);
	ck_assert_str_eq(options.known_hosts.list[0], "/conf/hosts");
	ck_assert_str_eq(options.known_hosts.list[1], "/etc/h");
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
}
END_TEST

START_TEST(every_limit_is_taken)
{
	const char *name;

	for (size_t i = 0; (name = limits_name(i)) != NULL; i++) {
		char text[128];
		struct limits expected = limits_default;
		char reason[LIMITS_REASON_MAX];

		snprintf(text, sizeof(text), "[limits]\n%s = 3\n", name);
		ck_assert_int_eq(read_text(text), 0);
		ck_assert_int_eq(limits_set(&expected, name, "3", reason), 0);
		ck_assert_int_eq(memcmp(&expected, &options.limits, sizeof(expected)), 0);
	}
}
END_TEST

START_TEST(an_id_has_key_files_an_agent_and_a_policy)
{
	setenv("SSH_AUTH_SOCK", "/run/mine", 1);
	ck_assert_int_eq(read_text("[id a]\n"
				   "key = ~/a.pem, env:KEY\n"
				   "key = /b,-\n"
				   "host = github.com, [fd00::1]:22\n"
				   "user = git\n"
				   "max-signatures = 50\n"
				   "[ id\tb ] ; a comment\n"
				   "agent = ./sock\n"
				   "[id c]\n"
				   "agent = auto\n"
				   "[id d]\n"
				   "agent =\n"
				   "[id e]\n"),
			 0);
	ck_assert_uint_eq(options.sources.count, 5);
	ck_assert_uint_eq(options.sources.list[0]->file_count, 4);
	ck_assert_str_eq(strrchr(options.sources.list[0]->files[0], '/'), "/a.pem");
	ck_assert_str_eq(options.sources.list[0]->files[1], "env:KEY");
	ck_assert_str_eq(options.sources.list[0]->files[2], "/b");
	ck_assert_str_eq(options.sources.list[0]->files[3], "-");
	ck_assert_int_eq(options.sources.list[0]->kind, SOURCE_KEYS);
	ck_assert_uint_eq(options.sources.list[0]->policy.hosts.count, 2);
	ck_assert_uint_eq(options.sources.list[0]->policy.max_signatures, 50);
	ck_assert_str_eq(options.sources.list[1]->id, "b");
	ck_assert_str_eq(options.sources.list[1]->socket_path, "/conf/./sock");
	ck_assert_uint_eq(options.sources.list[1]->config_line, 7);
	ck_assert_str_eq(options.sources.list[2]->socket_path, "/run/mine");
	ck_assert_str_eq(options.sources.list[3]->socket_path, "/run/mine");
	ck_assert(!source_is_backed(options.sources.list[4]));
}
END_TEST

START_TEST(a_list_may_be_given_in_several_lines)
{
	const struct policy *policy;

	ck_assert_int_eq(read_text("[id a]\nagent = /run/a\n"
				   "host = a.example\nhost = b.example\n"
				   "user = a\nuser = b\n"
				   "allow-sshsig = a\nallow-sshsig = b\n"
				   "repo = a.example/a\nrepo = a.example/b\n"),
			 0);
	policy = &source_find(&options.sources, "a")->policy;
	ck_assert_uint_eq(policy->hosts.count, 2);
	ck_assert_uint_eq(policy->users.count, 2);
	ck_assert_uint_eq(policy->sshsig_namespaces.count, 2);
	ck_assert_uint_eq(policy->repos.count, 2);
}
END_TEST

START_TEST(each_mistake_is_told_with_its_line)
{
	ck_assert_int_eq(read_text("\n"
				   "stray = 1\n"
				   "[daemo]\n"
				   "unknown = skipped\n"
				   "[daemon] x\n"
				   "[daemon]\n"
				   "token-file = a\n"
				   "token-file = b\n"
				   "log-level = loud\n"
				   "allow = 10.0.0.300\n"
				   "listen =\n"
				   "[limits]\n"
				   "links = 0\n"
				   "[limits]\n"
				   "[id]\n"
				   "[id a/b]\n"
				   "[id a]\n"
				   "agent = s\n"
				   "key = k\n"
				   "confirm = perhaps\n"
				   "host = a:b:c:d, [x\n"
				   "[id a]\n"
				   "[limits x]\n"
				   "no value\n"
				   "[oops\n"
				   "= 3\n"
				   "[id b]\n"
				   "key = ~root/x\n"),
			 -EINVAL);
	said_expect("/conf/file:2: \"stray\" stands in no section");
	said_expect("/conf/file:3: unknown section [daemo]; did you mean \"daemon\"?");
	ck_assert(!said_has("/conf/file:4:"));
	said_expect("/conf/file:5: there is more behind");
	said_expect("/conf/file:8: token-file is there already, on line 7");
	said_expect("/conf/file:9: log-level = loud: say error, warn, info or debug");
	said_expect("/conf/file:10: allow = 10.0.0.300: not a network");
	said_expect("/conf/file:11: listen = : a word is missing");
	said_expect("/conf/file:13: links = 0: a number from 1 to 100000");
	said_expect("/conf/file:14: [limits] is there already, on line 12");
	said_expect("/conf/file:15: which one? write [id NAME]");
	said_expect("/conf/file:16: [id a/b]: an id is up to");
	said_expect("/conf/file:19: key: id \"a\" already stands for an agent");
	said_expect("/conf/file:20: confirm = perhaps: say yes or no");
	said_expect("/conf/file:17: [id a]: host: [x: no host is called that");
	said_expect("/conf/file:22: [id a] is there already, on line 17");
	said_expect("/conf/file:23: [limits] takes no name");
	said_expect("/conf/file:24: neither [SECTION] nor NAME = VALUE");
	said_expect("/conf/file:25: \"]\" is missing");
	said_expect("/conf/file:26: a name is missing");
	said_expect("/conf/file:28: key = ~root/x: only ~/ stands for a home directory");
}
END_TEST

START_TEST(an_unknown_name_is_told_with_the_nearest)
{
	ck_assert_int_eq(read_text("[id a]\nhosts = x\n"), -EINVAL);
	said_expect("/conf/file:2: unknown key \"hosts\" in [id]; did you mean \"host\"?");
	ck_assert_int_eq(read_text("[id a]\nkye = x\n"), -EINVAL);
	said_expect("did you mean \"key\"?");
	ck_assert_int_eq(read_text("[id a]\nmax_signature = x\n"), -EINVAL);
	said_expect("did you mean \"max-signatures\"?");
	ck_assert_int_eq(read_text("[limits]\nlink = 3\n"), -EINVAL);
	said_expect("unknown key \"link\" in [limits]; did you mean \"links\"?");
	ck_assert_int_eq(read_text("[daemon]\nhost = x\n"), -EINVAL);
	said_expect("unknown key \"host\" in [daemon]\n");
	ck_assert_int_eq(read_text("[id a]\nzzzzzzzzzz = x\n"), -EINVAL);
	ck_assert(!said_has("did you mean"));
}
END_TEST

/* inih would take it for more of the value before it. */
START_TEST(an_indented_line_is_a_key_like_any_other)
{
	ck_assert_int_eq(read_text("[id a]\n\thost = one\n\tuser = git\n"), 0);
	ck_assert_uint_eq(options.sources.list[0]->policy.hosts.count, 1);
	ck_assert_uint_eq(options.sources.list[0]->policy.users.count, 1);
}
END_TEST

START_TEST(what_inih_cannot_hold_is_a_mistake_and_never_cut)
{
	char text[600];
	int len;

	/* inih, as Debian builds it, has 200 bytes for a line. */
	len = snprintf(text, sizeof(text), "[daemon]\ntoken-file = /%0300d\n", 7);
	ck_assert_int_eq(read_bytes(text, (size_t)len), -EINVAL);
	said_expect("/conf/file:2: the line has 314 bytes, and");
	ck_assert_ptr_null(options.token_file);
	/* and 50 for a section's name */
	snprintf(text, sizeof(text), "[id %s%050d]\n", "a", 7);
	ck_assert_int_eq(read_text(text), 0);
	ck_assert_uint_eq(strlen(options.sources.list[0]->id), 51);
	snprintf(text, sizeof(text), "[id %0300d]\n", 7);
	ck_assert_int_eq(read_text(text), -EINVAL);
	said_expect("/conf/file:1: no section has a name that long");
}
END_TEST

/* Of all lengths about inih's bound, a line is told or taken whole. */
START_TEST(no_length_of_a_line_is_cut)
{
	for (int len = 150; len < 260; len++) {
		char text[400];
		char value[300];

		snprintf(value, sizeof(value), "/%0*d", len, 7);
		snprintf(text, sizeof(text), "[daemon]\ntoken-file = %s\n", value);
		if (read_text(text) == 0)
			ck_assert_str_eq(options.token_file, value);
		else
			said_expect("/conf/file:2: the line has");
	}
}
END_TEST

START_TEST(bytes_that_are_no_text_are_a_mistake)
{
	static const char nul[] = "[daemon]\ntoken-file = a\0b\n";

	ck_assert_int_eq(read_bytes(nul, sizeof(nul) - 1), -EINVAL);
	said_expect("/conf/file:2: there is a NUL byte in the line");
	ck_assert_int_eq(read_text("[daemon]\ntoken-file = a\x1b[2J\n"), -EINVAL);
	said_expect("/conf/file:2: there is a control character in the line");
	ck_assert_int_eq(read_text("[daemon]\nh\xffst = a\n"), -EINVAL);
	said_expect("unknown key \"h\\xffst\"");
}
END_TEST

START_TEST(comments_and_line_ends_of_all_kinds_are_taken)
{
	ck_assert_int_eq(read_text("\xef\xbb\xbf# first\r\n"
				   "  ; second\r\n"
				   "[daemon]\t# third\r\n"
				   "log-level=debug ; fourth\r\n"
				   "token-file = /a;b#c"),
			 0);
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
	ck_assert_str_eq(options.token_file, "/a;b#c");
}
END_TEST

/* No byte too many is read, and nothing leaks, wherever the text ends. */
START_TEST(every_prefix_is_read_or_told)
{
	static const char text[] =
		"[daemon]\nlisten = a, b\ntoken-file = ~/x\n[limits]\nlinks = 3\n"
		"[id a]\nkey = env:A, -\nhost = a,b\nlifetime = 8h\n";

	for (size_t len = 0; len < sizeof(text); len++)
		(void)read_bytes(text, len);
	ck_assert_int_eq(read_text(text), 0);
}
END_TEST

START_TEST(mistakes_without_end_are_summed_up)
{
	char text[4096] = "";

	for (int i = 0; i < 300; i++)
		strcat(text, "x = 1\n");
	ck_assert_int_eq(read_text(text), -EINVAL);
	said_expect("/conf/file:100:");
	ck_assert(!said_has("/conf/file:101:"));
	said_expect("/conf/file: 200 more mistakes");
}
END_TEST

static int load(const char *path)
{
	forget();
	said_forget();
	return config_load(path, &options);
}

START_TEST(a_named_file_must_be_there_and_a_default_one_need_not)
{
	ck_assert_int_eq(load("none"), -EINVAL);
	said_expect("--config none: there is no such file");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_ptr_null(options.config_path);
}
END_TEST

START_TEST(the_users_own_file_is_the_default)
{
	char path[128];

	workspace_run("mkdir -p .config/ssh-forward-agentd xdg/ssh-forward-agentd");
	workspace_write(".config/ssh-forward-agentd/config", view_of("[limits]\nlinks = 5\n"));
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_uint_eq(options.limits.links, 5);
	workspace_write("xdg/ssh-forward-agentd/config", view_of("[limits]\nlinks = 6\n"));
	workspace_run("chmod 644 xdg/ssh-forward-agentd/config");
	setenv("XDG_CONFIG_HOME", "relative", 1); /* not to be heeded */
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_uint_eq(options.limits.links, 5);
	snprintf(path, sizeof(path), "%s/xdg", workspace_path);
	setenv("XDG_CONFIG_HOME", path, 1);
	ck_assert_int_eq(load(NULL), 0);
	ck_assert_uint_eq(options.limits.links, 6);
}
END_TEST

START_TEST(a_file_that_others_may_write_is_refused)
{
	workspace_write("conf", view_of("[limits]\nlinks = 5\n"));
	ck_assert_int_eq(load("conf"), 0);
	workspace_run("chmod 620 conf");
	ck_assert_int_eq(load("conf"), -EINVAL);
	said_expect("chmod go-w conf");
	workspace_run("chmod 602 conf");
	ck_assert_int_eq(load("conf"), -EINVAL);
	workspace_run("chmod 644 conf");
	ck_assert_int_eq(load("conf"), 0);
	if (geteuid() == 0) {
		workspace_run("chown 65534 conf");
		ck_assert_int_eq(load("conf"), -EINVAL);
		said_expect("belongs to another user");
	}
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	workspace_run("mkdir -p dir && mkfifo fifo");
	ck_assert_int_eq(load("dir"), -EINVAL);
	said_expect("dir is not a file");
	ck_assert_int_eq(load("fifo"), -EINVAL);
	said_expect("fifo is not a file");
}
END_TEST

START_TEST(a_huge_file_is_refused)
{
	workspace_run("head -c 1100000 /dev/zero > huge");
	ck_assert_int_eq(load("huge"), -EINVAL);
	said_expect("larger than a megabyte");
}
END_TEST

static void expect_in_manual(const struct byte_buf *page, const char *name)
{
	char bold[80];

	snprintf(bold, sizeof(bold), "\n*%s*", name);
	ck_assert_msg(memmem(page->data, page->len, bold, strlen(bold)) != NULL,
		      "ssh-forward-agentd.conf(5) does not describe %s", name);
}

START_TEST(the_manual_describes_every_key)
{
	static const char *const others[] = {"key", "agent", "src", "env"};
	struct byte_buf page;
	const char *name;

	byte_buf_init(&page, 64 * 1024);
	workspace_read(CONF_MANUAL, &page);
	for (size_t i = 0; (name = setting_name(i)) != NULL; i++)
		expect_in_manual(&page, name);
	for (size_t i = 0; (name = limits_name(i)) != NULL; i++)
		expect_in_manual(&page, name);
	for (size_t i = 0; (name = policy_name(i)) != NULL; i++)
		expect_in_manual(&page, name);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		expect_in_manual(&page, others[i]);
	byte_buf_deinit(&page);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("config");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, forget);
	tcase_add_test(tests, a_secret_is_a_file_or_a_variable);
	tcase_add_test(tests, a_secret_that_makes_no_sense_is_told_with_its_line);
	tcase_add_test(tests, every_key_of_the_daemon_is_taken);
	tcase_add_test(tests, every_limit_is_taken);
	tcase_add_test(tests, an_id_has_key_files_an_agent_and_a_policy);
	tcase_add_test(tests, a_list_may_be_given_in_several_lines);
	tcase_add_test(tests, each_mistake_is_told_with_its_line);
	tcase_add_test(tests, an_unknown_name_is_told_with_the_nearest);
	tcase_add_test(tests, an_indented_line_is_a_key_like_any_other);
	tcase_add_test(tests, what_inih_cannot_hold_is_a_mistake_and_never_cut);
	tcase_add_test(tests, no_length_of_a_line_is_cut);
	tcase_add_test(tests, bytes_that_are_no_text_are_a_mistake);
	tcase_add_test(tests, comments_and_line_ends_of_all_kinds_are_taken);
	tcase_add_test(tests, every_prefix_is_read_or_told);
	tcase_add_test(tests, mistakes_without_end_are_summed_up);
	tcase_add_test(tests, a_named_file_must_be_there_and_a_default_one_need_not);
	tcase_add_test(tests, the_users_own_file_is_the_default);
	tcase_add_test(tests, a_file_that_others_may_write_is_refused);
	tcase_add_test(tests, what_is_no_file_is_refused);
	tcase_add_test(tests, a_huge_file_is_refused);
	tcase_add_test(tests, the_manual_describes_every_key);
	return unit_main(tests, "config");
}
