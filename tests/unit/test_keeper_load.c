#include "agentd/keeper/keeper.h"

#include "tests/support/keeper_client.h"
#include "tests/support/unit.h"

static void make_keys(void)
{
	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C one -f one");
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C '' -f two && rm two.pub");
	workspace_run("ssh-keygen -q -t ed25519 -N '' -C inside -f open && chmod 644 open");
	workspace_run("openssl ecparam -name prime256v1 -genkey -noout -out pem &&"
		      " ssh-keygen -y -f pem | tr -d '\\n' > pem.pub &&"
		      " echo ' from the pub file' >> pem.pub");
	workspace_run("ssh-keygen -q -t ed25519 -N '' -f ca && ssh-keygen -q -t ed25519 -N '' -f"
		      " certified && ssh-keygen -q -s ca -I x -n x certified.pub");
	workspace_run("cp one mismatched && cp certified-cert.pub mismatched-cert.pub");
	workspace_run("ssh-keygen -q -t ed25519 -a 1 -N secret -f sealed");
	workspace_run("ssh-keygen -q -t ed25519 -a 1 -N secret -f other-sealed");
	workspace_run("printf 'wrong\\nsecret\\n' > passphrases; echo hello > text");
	workspace_write("askpass", view_of("#!/bin/sh\necho \"$1\" >> asked\nenv > asked-env\n"
					   "echo secret\n"));
	workspace_run("sed 's/echo secret/echo wrong/' askpass > askwrong");
	workspace_run("chmod 700 askpass askwrong");
}

START_TEST(every_bad_file_is_reported_and_none_is_served)
{
	struct running_keeper keeper;

	catch_stderr();
	ck_assert_int_ne(start(&keeper, NULL, "missing", "text", "open"), 0);
	assert_said("cannot use key missing: No such file or directory");
	assert_said("cannot use key text: not a private key");
	assert_said("cannot use key open: other users may read it; run chmod 600");
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1); /* no child is left */
}
END_TEST

START_TEST(public_key_that_all_may_read_is_said_to_be_one)
{
	struct running_keeper keeper;

	catch_stderr();
	ck_assert_int_ne(start(&keeper, NULL, "certified.pub", NULL, NULL), 0);
	assert_said("cannot use key certified.pub: a public key; the private one is needed");
}
END_TEST

START_TEST(directory_is_refused)
{
	struct running_keeper keeper;

	catch_stderr();
	ck_assert_int_ne(start(&keeper, NULL, ".", NULL, NULL), 0);
	assert_said("cannot use key .: is a directory");
}
END_TEST

START_TEST(comments_come_from_the_key_else_the_pub_file_else_the_name)
{
	struct running_keeper keeper;
	char comment[64];
	int fd;

	ck_assert_int_eq(start(&keeper, NULL, "one", "pem", "two"), 0);
	fd = connect_to(&keeper, "one");
	read_comment(fd, 0, comment);
	ck_assert_str_eq(comment, "one");
	read_comment(fd, 1, comment);
	ck_assert_str_eq(comment, "from the pub file");
	read_comment(fd, 2, comment);
	ck_assert_str_eq(comment, "two");
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(certificate_beside_the_key_is_offered_and_signs)
{
	struct running_keeper keeper;
	int fd;

	start_with(&keeper, "certified");
	fd = connect_to(&keeper, "one");
	ck_assert_uint_eq(identity_count(fd), 2);
	assert_signs(fd, "certified.pub");
	assert_signs(fd, "certified-cert.pub");
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(certificate_of_another_key_is_ignored_with_a_warning)
{
	struct running_keeper keeper;
	int fd;

	catch_stderr();
	start_with(&keeper, "mismatched");
	assert_said("ignoring mismatched-cert.pub");
	fd = connect_to(&keeper, "one");
	ck_assert_uint_eq(identity_count(fd), 1);
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(same_key_twice_is_offered_once)
{
	struct running_keeper keeper;
	int fd;

	catch_stderr();
	ck_assert_int_eq(start(&keeper, NULL, "one", "one", NULL), 0);
	fd = connect_to(&keeper, "one");
	ck_assert_uint_eq(identity_count(fd), 1);
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(passphrase_file_is_tried_line_by_line)
{
	struct running_keeper keeper;
	int fd;

	ck_assert_int_eq(start(&keeper, "passphrases", "sealed", NULL, NULL), 0);
	fd = connect_to(&keeper, "one");
	assert_signs(fd, "sealed.pub");
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(encrypted_key_without_anyone_to_ask_is_refused)
{
	struct running_keeper keeper;

	setsid(); /* no terminal */
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("SSH_ASKPASS_REQUIRE");
	catch_stderr();
	ck_assert_int_ne(start(&keeper, NULL, "sealed", NULL, NULL), 0);
	assert_said("cannot use key sealed: it is encrypted");
	assert_said("--passphrase-file");
}
END_TEST

START_TEST(askpass_program_is_asked_once_for_a_shared_passphrase)
{
	struct running_keeper keeper;

	workspace_run("rm -f asked");
	setenv("SSH_ASKPASS", "./askpass", 1);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	ck_assert_int_eq(start(&keeper, NULL, "sealed", "other-sealed", NULL), 0);
	workspace_run("test \"$(cat asked)\" = 'Enter passphrase for sealed: '");
	stop(&keeper);
}
END_TEST

START_TEST(wrong_passphrase_is_asked_for_three_times)
{
	struct running_keeper keeper;

	workspace_run("rm -f asked");
	setenv("SSH_ASKPASS", "./askwrong", 1);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	catch_stderr();
	ck_assert_int_ne(start(&keeper, NULL, "sealed", NULL, NULL), 0);
	assert_said("cannot use key sealed: every passphrase given was wrong");
	workspace_run("test $(wc -l < asked) = 3");
	workspace_run("test $(grep -c 'Bad passphrase, try again for sealed: ' asked) = 2");
}
END_TEST

/* Sets the variable KEY to the content of a file. */
static void set_key_variable(const char *file)
{
	struct byte_buf text;

	byte_buf_init(&text, 64 * 1024);
	workspace_read(file, &text);
	byte_buf_put_u8(&text, 0);
	setenv("KEY", (const char *)text.data, 1);
	byte_buf_deinit(&text);
}

START_TEST(variable_is_wiped_from_the_memory_it_stood_in)
{
	struct running_keeper keeper;
	const char *value;
	char comment[64];
	size_t len;
	int fd;

	set_key_variable("two");
	value = getenv("KEY");
	ck_assert_ptr_nonnull(value);
	len = strlen(value);
	start_with(&keeper, "env:KEY");
	ck_assert_ptr_null(getenv("KEY"));
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(value[i], 0);
	fd = connect_to(&keeper, "one");
	read_comment(fd, 0, comment);
	ck_assert_str_eq(comment, "KEY");
	close(fd);
	stop(&keeper);
}
END_TEST

START_TEST(askpass_program_does_not_inherit_the_variable)
{
	struct running_keeper keeper;

	set_key_variable("two");
	setenv("SSH_ASKPASS", "./askpass", 1);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	ck_assert_int_eq(start(&keeper, NULL, "env:KEY", "sealed", NULL), 0);
	workspace_run("grep -q ^SSH_ASKPASS= asked-env && ! grep -q ^KEY= asked-env");
	stop(&keeper);
}
END_TEST

START_TEST(standard_input_holds_a_key_and_is_closed_to_the_front)
{
	struct running_keeper keeper;
	int key_fd = open("one", O_RDONLY);
	char c;
	int fd;

	ck_assert_int_ge(dup2(key_fd, STDIN_FILENO), 0);
	start_with(&keeper, "-");
	ck_assert_int_eq(lseek(key_fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(read(STDIN_FILENO, &c, 1), 0);
	fd = connect_to(&keeper, "one");
	assert_signs(fd, "one.pub");
	close(fd);
	close(key_fd);
	stop(&keeper);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("keeper_load");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, make_keys, workspace_leave);
	tcase_add_test(tests, every_bad_file_is_reported_and_none_is_served);
	tcase_add_test(tests, public_key_that_all_may_read_is_said_to_be_one);
	tcase_add_test(tests, directory_is_refused);
	tcase_add_test(tests, comments_come_from_the_key_else_the_pub_file_else_the_name);
	tcase_add_test(tests, certificate_beside_the_key_is_offered_and_signs);
	tcase_add_test(tests, certificate_of_another_key_is_ignored_with_a_warning);
	tcase_add_test(tests, same_key_twice_is_offered_once);
	tcase_add_test(tests, passphrase_file_is_tried_line_by_line);
	tcase_add_test(tests, encrypted_key_without_anyone_to_ask_is_refused);
	tcase_add_test(tests, askpass_program_is_asked_once_for_a_shared_passphrase);
	tcase_add_test(tests, wrong_passphrase_is_asked_for_three_times);
	tcase_add_test(tests, variable_is_wiped_from_the_memory_it_stood_in);
	tcase_add_test(tests, askpass_program_does_not_inherit_the_variable);
	tcase_add_test(tests, standard_input_holds_a_key_and_is_closed_to_the_front);
	return unit_main(tests, "keeper_load");
}
