#include "agentd/source.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct source_set set;

static void setup(void)
{
	said_begin();
	unsetenv("SSH_AUTH_SOCK");
}

static void teardown(void)
{
	source_set_deinit(&set);
}

START_TEST(key_files_are_split_at_commas)
{
	ck_assert_int_eq(source_add_keys(&set, "projecta=./a.pem,env:KEY,-"), 0);
	ck_assert_uint_eq(set.count, 1);
	ck_assert_str_eq(set.list[0]->id, "projecta");
	ck_assert_int_eq(set.list[0]->kind, SOURCE_KEYS);
	ck_assert_uint_eq(set.list[0]->file_count, 3);
	ck_assert_str_eq(set.list[0]->files[0], "./a.pem");
	ck_assert_str_eq(set.list[0]->files[1], "env:KEY");
	ck_assert_str_eq(set.list[0]->files[2], "-");
}
END_TEST

START_TEST(key_files_of_one_id_add_up)
{
	ck_assert_int_eq(source_add_keys(&set, "a=one"), 0);
	ck_assert_int_eq(source_add_keys(&set, "b=two"), 0);
	ck_assert_int_eq(source_add_keys(&set, "a=three=3"), 0);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_uint_eq(set.list[0]->file_count, 2);
	ck_assert_str_eq(set.list[0]->files[1], "three=3");
}
END_TEST

START_TEST(a_missing_file_is_reported)
{
	static const char *const specs[] = {"a", "a=", "a=,", "a=x,", "a=,x", "a=x,,y"};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		said_forget();
		ck_assert_msg(source_add_keys(&set, specs[i]) == -EINVAL, "%s", specs[i]);
		said_expect("--key");
	}
}
END_TEST

START_TEST(an_id_is_a_plain_name)
{
	static const char *const specs[] = {
		"=x",
		"a b=x",
		"../a=x",
		"a/b=x",
		".a=x",
		"-a=x",
		"a\n=x",
		"\xc3\xa4=x",
		"a23456789012345678901234567890123456789012345678901234567890123456=x",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		ck_assert_msg(source_add_keys(&set, specs[i]) == -EINVAL, "%s", specs[i]);
		ck_assert_msg(source_add_agent(&set, specs[i]) == -EINVAL, "%s", specs[i]);
		ck_assert_msg(source_add_ssh(&set, specs[i]) == -EINVAL, "%s", specs[i]);
	}
	said_expect("is not an id");
	ck_assert_uint_eq(set.count, 0);
	ck_assert_int_eq(source_add_keys(&set, "A.b_c-9=x"), 0);
	ck_assert_int_eq(source_add_keys(&set, "0Zz=x"), 0);
}
END_TEST

START_TEST(an_agent_is_that_of_the_environment_unless_named)
{
	ck_assert_int_eq(source_add_agent(&set, "named=/run/agent,1=2"), 0);
	setenv("SSH_AUTH_SOCK", "/run/mine", 1);
	ck_assert_int_eq(source_add_agent(&set, "default"), 0);
	ck_assert_str_eq(set.list[0]->socket_path, "/run/agent,1=2");
	ck_assert_str_eq(set.list[1]->socket_path, "/run/mine");
	ck_assert_int_eq(set.list[1]->kind, SOURCE_AGENT);
}
END_TEST

START_TEST(without_an_agent_it_says_how_to_start_one)
{
	ck_assert_int_eq(source_add_agent(&set, "default"), -EINVAL);
	said_expect("ssh-agent");
	setenv("SSH_AUTH_SOCK", "", 1);
	ck_assert_int_eq(source_add_agent(&set, "default"), -EINVAL);
	ck_assert_int_eq(source_add_agent(&set, "default="), -EINVAL);
	ck_assert_uint_eq(set.count, 0);
}
END_TEST

/* libuv would cut it, and connect to whatever is there. */
START_TEST(an_agents_path_too_long_for_a_socket_is_reported)
{
	char spec[128];

	snprintf(spec, sizeof(spec), "a=/%0107d", 0);
	ck_assert_int_eq(source_add_agent(&set, spec), -EINVAL);
	said_expect("too long");
	spec[strlen(spec) - 1] = '\0';
	ck_assert_int_eq(source_add_agent(&set, spec), 0);
}
END_TEST

START_TEST(one_id_has_one_agent_or_key_files)
{
	ck_assert_int_eq(source_add_agent(&set, "agent=/run/a"), 0);
	ck_assert_int_eq(source_add_keys(&set, "keys=k"), 0);
	ck_assert_int_eq(source_add_agent(&set, "agent=/run/b"), -EINVAL);
	ck_assert_int_eq(source_add_agent(&set, "keys=/run/b"), -EINVAL);
	ck_assert_int_eq(source_add_keys(&set, "agent=k"), -EINVAL);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_str_eq(set.list[0]->socket_path, "/run/a");
}
END_TEST

START_TEST(ssh_takes_a_socket_for_an_agent_and_all_else_for_key_files)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("SSH_AUTH_SOCK", "/run/mine", 1);
	ck_assert_int_eq(source_add_ssh(&set, "default"), 0);
	ck_assert_int_eq(source_add_ssh(&set, "a=sock"), 0);
	ck_assert_int_eq(source_add_ssh(&set, "b=key1,key2"), 0);
	workspace_run("touch file");
	ck_assert_int_eq(source_add_ssh(&set, "c=file"), 0);
	ck_assert_int_eq(set.list[3]->kind, SOURCE_KEYS);
	ck_assert_str_eq(set.list[0]->socket_path, "/run/mine");
	ck_assert_int_eq(set.list[1]->kind, SOURCE_AGENT);
	ck_assert_str_eq(set.list[1]->socket_path, "sock");
	ck_assert_int_eq(set.list[2]->kind, SOURCE_KEYS);
	ck_assert_uint_eq(set.list[2]->file_count, 2);
	close(fd);
}
END_TEST

START_TEST(an_id_is_found_by_its_whole_name)
{
	ck_assert_ptr_null(source_find(&set, "a"));
	ck_assert_int_eq(source_add_keys(&set, "a=x"), 0);
	ck_assert_int_eq(source_add_keys(&set, "ab=x"), 0);
	ck_assert_ptr_eq(source_find(&set, "ab"), set.list[1]);
	ck_assert_ptr_null(source_find(&set, "abc"));
	ck_assert_ptr_null(source_find(&set, ""));
}
END_TEST

START_TEST(the_default_is_the_only_one_or_the_one_called_so)
{
	ck_assert_ptr_null(source_default(&set));
	ck_assert_int_eq(source_add_keys(&set, "a=x"), 0);
	ck_assert_ptr_eq(source_default(&set), set.list[0]);
	ck_assert_int_eq(source_add_keys(&set, "b=x"), 0);
	ck_assert_ptr_null(source_default(&set));
	ck_assert_int_eq(source_add_keys(&set, "default=x"), 0);
	ck_assert_ptr_eq(source_default(&set), set.list[2]);
}
END_TEST

START_TEST(keys_are_told_from_agents)
{
	ck_assert(!source_set_has_keys(&set));
	ck_assert_int_eq(source_add_agent(&set, "a=/run/a"), 0);
	ck_assert(!source_set_has_keys(&set));
	ck_assert_int_eq(source_add_keys(&set, "b=x"), 0);
	ck_assert(source_set_has_keys(&set));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("source");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, key_files_are_split_at_commas);
	tcase_add_test(tests, key_files_of_one_id_add_up);
	tcase_add_test(tests, a_missing_file_is_reported);
	tcase_add_test(tests, an_id_is_a_plain_name);
	tcase_add_test(tests, an_agent_is_that_of_the_environment_unless_named);
	tcase_add_test(tests, without_an_agent_it_says_how_to_start_one);
	tcase_add_test(tests, an_agents_path_too_long_for_a_socket_is_reported);
	tcase_add_test(tests, one_id_has_one_agent_or_key_files);
	tcase_add_test(tests, ssh_takes_a_socket_for_an_agent_and_all_else_for_key_files);
	tcase_add_test(tests, an_id_is_found_by_its_whole_name);
	tcase_add_test(tests, the_default_is_the_only_one_or_the_one_called_so);
	tcase_add_test(tests, keys_are_told_from_agents);
	return unit_main(tests, "source");
}
