#include "agentd/trusted_hosts.h"

#include <errno.h>

#include "tests/support/said.h"
#include "tests/support/trust.h"
#include "tests/support/unit.h"

START_TEST(several_files_add_up)
{
	char first[] = "first";
	char second[] = "second";
	char *paths[] = {first, second};

	workspace_run(
		"echo \"host $(cat one.pub)\" > first; echo \"host $(cat two.pub)\" > second");
	ck_assert_int_eq(trusted_hosts_set_files(hosts, paths, 2), 0);
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "host"));
	workspace_run("echo \"@revoked host $(cat one.pub)\" >> second");
	trusted_hosts_refresh(hosts);
	ck_assert(!trusts("one.pub", "host"));
}
END_TEST

START_TEST(broken_lines_are_told_and_passed_over)
{
	workspace_run(
		"{ echo nonsense; echo '# a comment'; echo; echo \"host $(cat one.pub)\";"
		" echo '@marker host x y'; printf 'two '; cat two.pub | tr -d '\\n'; } > known");
	said_begin();
	ck_assert_int_eq(set_file("known"), 0);
	said_expect("known:1: ");
	said_expect("known:5: ");
	ck_assert(!said_has("known:2: "));
	ck_assert(!said_has("known:3: "));
	ck_assert(!said_has("known:6: "));
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "two")); /* without a line end */
	said_forget();
	workspace_run("echo >> known");
	trusted_hosts_refresh(hosts);
	ck_assert(!said_has("known")); /* once */
	ck_assert_int_eq(set_file("known"), 0);
	said_expect("known:1: ");
}
END_TEST

START_TEST(a_crowd_of_broken_lines_is_summed_up)
{
	workspace_run("for i in $(seq 100); do echo broken; done > known");
	said_begin();
	ck_assert_int_eq(set_file("known"), 0);
	said_expect("known:5: ");
	ck_assert(!said_has("known:6: "));
	said_expect("100 lines in all");
}
END_TEST

START_TEST(a_named_file_must_be_one_that_can_be_read)
{
	know("echo \"host $(k one.pub)\"");
	said_begin();
	ck_assert_int_eq(set_file("missing"), -EINVAL);
	said_expect("known hosts: missing cannot be read: No such file");
	ck_assert_int_eq(set_file("/dev/null"), -EINVAL);
	workspace_run("mkfifo pipe");
	ck_assert_int_eq(set_file("pipe"), -EINVAL);
	ck_assert_int_eq(set_file("/"), -EINVAL);
	ck_assert(trusts("one.pub", "host")); /* what was read stays */
}
END_TEST

START_TEST(a_file_too_large_is_not_read)
{
	workspace_run("{ echo \"host $(cat one.pub)\"; head -c 8400000 /dev/zero; } > large");
	said_begin();
	ck_assert_int_eq(set_file("large"), -EINVAL);
	said_expect("large is larger than 8 MiB");
}
END_TEST

START_TEST(by_default_the_files_of_ssh_are_read)
{
	char home[128];

	snprintf(home, sizeof(home), "%s/home", workspace_path);
	workspace_run("mkdir -p home/.ssh; echo \"host $(cat one.pub)\" > home/.ssh/known_hosts;"
		      "echo \"host $(cat two.pub)\" > home/.ssh/known_hosts2");
	ck_assert_int_eq(setenv("HOME", home, 1), 0);
	ck_assert_int_eq(trusted_hosts_set_files(hosts, NULL, 0), 0);
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "host"));
	ck_assert_int_eq(set_file("~/.ssh/known_hosts2"), 0);
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "host"));
	ck_assert_int_eq(unsetenv("HOME"), 0);
	said_begin();
	ck_assert_int_eq(set_file("~/.ssh/known_hosts"), -EINVAL);
	said_expect("HOME is not set");
	ck_assert_int_eq(trusted_hosts_set_files(hosts, NULL, 0), 0);
}
END_TEST

/* Not by its mode, which root does not mind. */
START_TEST(what_a_file_revoked_holds_on_while_it_cannot_be_read)
{
	static const char *const ways[] = {"rm -rf bad; ln -s bad bad", "rm -rf bad; mkdir bad",
					   "rm -rf bad; head -c 8400000 /dev/zero > bad"};
	char known[] = "known";
	char bad[] = "bad";
	char *paths[] = {known, bad};

	workspace_run("rm -rf bad; echo \"host $(cat one.pub)\" > known;"
		      "echo \"@revoked host $(cat one.pub)\" > bad; cp bad good");
	ck_assert_int_eq(trusted_hosts_set_files(hosts, paths, 2), 0);
	ck_assert(!trusts("one.pub", "host"));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		workspace_run("%s", ways[i]);
		said_begin();
		trusted_hosts_refresh(hosts);
		trusted_hosts_refresh(hosts);
		ck_assert(!trusts("one.pub", "host"));
		said_expect("; what it said when it was last read holds on");
	}
	workspace_run("rm bad; mv good bad; echo \"host $(cat two.pub)\" >> bad");
	trusted_hosts_refresh(hosts);
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "host")); /* it is read again */
	workspace_run("rm bad");
	trusted_hosts_refresh(hosts);
	ck_assert(trusts("one.pub", "host")); /* who removes it means it */
}
END_TEST

START_TEST(what_a_file_revoked_survives_a_reload_that_cannot_read_it)
{
	char home[128];

	snprintf(home, sizeof(home), "%s/home2", workspace_path);
	workspace_run("mkdir -p home2/.ssh; echo \"host $(cat one.pub)\" > home2/.ssh/known_hosts;"
		      "echo \"@revoked host $(cat one.pub)\" > home2/.ssh/known_hosts2");
	ck_assert_int_eq(setenv("HOME", home, 1), 0);
	ck_assert_int_eq(trusted_hosts_set_files(hosts, NULL, 0), 0);
	ck_assert(!trusts("one.pub", "host"));
	workspace_run("cd home2/.ssh; rm known_hosts2; mkdir known_hosts2");
	said_begin();
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(trusted_hosts_set_files(hosts, NULL, 0), 0);
		ck_assert(!trusts("one.pub", "host"));
	}
	said_expect("known_hosts2 is no regular file; what it said when it was last read holds on");
}
END_TEST

START_TEST(changes_are_seen_when_looked_for)
{
	know("true");
	ck_assert(!trusts("one.pub", "host"));
	workspace_run("echo \"host $(cat one.pub)\" >> known");
	ck_assert(!trusts("one.pub", "host"));
	trusted_hosts_refresh(hosts);
	ck_assert(trusts("one.pub", "host"));
	/* Another file in its place, with the same size. */
	workspace_run("sed s/host/tsoh/ known > new && mv new known");
	trusted_hosts_refresh(hosts);
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(trusts("one.pub", "tsoh"));
	workspace_run("rm known");
	trusted_hosts_refresh(hosts);
	ck_assert(!trusts("one.pub", "tsoh"));
	workspace_run("echo \"host $(cat one.pub)\" > known");
	trusted_hosts_refresh(hosts);
	ck_assert(trusts("one.pub", "host"));
}
END_TEST

START_TEST(a_host_is_known_by_a_key_or_an_authority)
{
	know("echo \"host $(k one.pub)\"; echo \"@cert-authority certified $(k ca.pub)\";"
	     "echo \"@revoked revoked $(k two.pub)\"");
	ck_assert(trusted_host_is_known(host_of("host")));
	ck_assert(trusted_host_is_known(host_of("host:2222")));
	ck_assert(trusted_host_is_known(host_of("certified")));
	ck_assert(!trusted_host_is_known(host_of("revoked")));
	ck_assert(!trusted_host_is_known(host_of("nowhere")));
}
END_TEST

START_TEST(a_host_keeps_the_name_it_was_added_by)
{
	const struct trusted_host *host = host_of("Git.Example.com:2222");

	ck_assert_str_eq(trusted_host_text(host), "Git.Example.com:2222");
	ck_assert_str_eq(trusted_host_name(host)->lookup, "[git.example.com]:2222");
	ck_assert_ptr_eq(host_of("Git.Example.com:2222"), host);
	ck_assert_int_eq(trusted_hosts_add(hosts, "host:0", &host), -EINVAL);
}
END_TEST

static void expect_lines(const struct byte_buf *text, const char *file)
{
	struct byte_buf expected;

	byte_buf_init(&expected, TRUST_FILE_MAX);
	workspace_read(file, &expected);
	ck_assert_uint_eq(text->len, expected.len);
	ck_assert_mem_eq(text->data, expected.data, expected.len);
	byte_buf_deinit(&expected);
}

START_TEST(the_lines_of_hosts_are_those_that_concern_them)
{
	const struct trusted_host *list[2];
	struct byte_buf text;

	workspace_run(
		"{ echo \"host $(cat one.pub)\"; echo \"[host]:2222 $(cat two.pub)\"; } > some;"
		"ssh-keygen -q -H -f some; { cat some;"
		" echo \"@cert-authority *.example.com,host $(cat ca.pub) comment\";"
		" echo \"@revoked host $(cat ca2.pub)\";"
		" echo 'host ssh-new@example.com AAAAE3NzaC1uZXdAZXhhbXBsZS5jb20AAAADa2V5'; }"
		" > wanted;"
		"{ echo \"other $(cat one.pub)\"; cat wanted; echo broken; echo '#host'; } > "
		"known");
	ck_assert_int_eq(set_file("known"), 0);
	byte_buf_init(&text, TRUST_FILE_MAX);
	list[0] = host_of("host:2222");
	list[1] = host_of("host");
	trusted_hosts_put_lines(hosts, list, 2, &text);
	expect_lines(&text, "wanted");
	byte_buf_clear(&text);
	trusted_hosts_put_lines(hosts, list, 0, &text);
	ck_assert_uint_eq(text.len, 0);
	workspace_run("{ echo \"other $(cat one.pub)\"; cat wanted; } > all");
	trusted_hosts_put_all_lines(hosts, &text);
	expect_lines(&text, "all");
	byte_buf_deinit(&text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("trusted_hosts");

	tcase_add_unchecked_fixture(tests, keys_make, workspace_leave);
	tcase_add_checked_fixture(tests, hosts_set_up, hosts_tear_down);
	tcase_add_test(tests, several_files_add_up);
	tcase_add_test(tests, broken_lines_are_told_and_passed_over);
	tcase_add_test(tests, a_crowd_of_broken_lines_is_summed_up);
	tcase_add_test(tests, a_named_file_must_be_one_that_can_be_read);
	tcase_add_test(tests, a_file_too_large_is_not_read);
	tcase_add_test(tests, by_default_the_files_of_ssh_are_read);
	tcase_add_test(tests, what_a_file_revoked_holds_on_while_it_cannot_be_read);
	tcase_add_test(tests, what_a_file_revoked_survives_a_reload_that_cannot_read_it);
	tcase_add_test(tests, changes_are_seen_when_looked_for);
	tcase_add_test(tests, a_host_is_known_by_a_key_or_an_authority);
	tcase_add_test(tests, a_host_keeps_the_name_it_was_added_by);
	tcase_add_test(tests, the_lines_of_hosts_are_those_that_concern_them);
	return unit_main(tests, "trusted_hosts");
}
