/*
 * Asking someone: what is shown, which answers count, who shares a prompt, and when it ends.
 */
#include <sys/resource.h>

#include "tests/support/confirm_world.h"

static void expect_answer(const char *lines, const char *refusal)
{
	askpass_is(lines);
	ck_assert_ptr_null(begin(&asks[0]));
	ck_assert_uint_eq(asks[0].answers, 0); /* not from within */
	turn_until(are_answered, 1);
	if (refusal == NULL)
		ck_assert_msg(asks[0].refusal == NULL, "%s", asks[0].refusal);
	else
		ck_assert_pstr_eq(asks[0].refusal, refusal);
}

START_TEST(status_0_is_yes)
{
	expect_answer("exit 0", NULL);
}
END_TEST

START_TEST(the_word_yes_is_yes)
{
	expect_answer("echo Yes; exit 0", NULL);
}
END_TEST

START_TEST(another_status_is_no)
{
	expect_answer("exit 1", "whoever was asked to confirm it said no");
}
END_TEST

/* As of a program that takes the question for one after a passphrase. */
START_TEST(another_word_is_no)
{
	expect_answer("echo no; exit 0", "whoever was asked to confirm it said no");
}
END_TEST

START_TEST(a_crash_is_no)
{
	expect_answer("kill -SEGV $$", "the program of SSH_ASKPASS crashed, or was killed");
}
END_TEST

START_TEST(silence_is_no_in_the_end_and_the_program_is_gone)
{
	limits.confirm_seconds = 1;
	expect_answer("sleep 100 & echo $! >\"$HOME/child\"; wait",
		      "nobody confirmed it in time (confirm-seconds)");
	uv_run(&loop, UV_RUN_DEFAULT); /* ends when the program has */
	workspace_run(
		"for i in $(seq 100); do kill -0 $(cat child) 2>/dev/null || exit 0; sleep 0.05; "
		"done; grep -q Z /proc/$(cat child)/stat");
}
END_TEST

/* What shells say of a program that they cannot run. */
START_TEST(a_program_that_could_not_run_what_it_is_for_is_no)
{
	expect_answer("exit 127", "the program of SSH_ASKPASS did not run");
	askpass_is("exit 126");
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 2);
	ck_assert_pstr_eq(asks[0].refusal, "the program of SSH_ASKPASS did not run");
}
END_TEST

/* Its number may be another's by now: what a program that has ended left behind is not killed. */
START_TEST(what_a_program_leaves_behind_may_go_on)
{
	expect_answer(
		"{ until [ -e \"$HOME/go\" ]; do sleep 0.02; done; touch \"$HOME/went\"; } &\n"
		"exit 0",
		NULL);
	/* To be there is not enough: a process that was killed stays until it is reaped. */
	workspace_run("touch go; for i in $(seq 200); do test -e went && exit 0; sleep 0.05; done; "
		      "exit 1");
}
END_TEST

START_TEST(a_program_that_is_not_there_is_no)
{
	workspace_run("rm -f askpass");
	ck_assert_pstr_eq(begin(&asks[0]), "the program of SSH_ASKPASS did not run");
	said_expect("SSH_ASKPASS=");
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(asks[0].answers, 0);
}
END_TEST

START_TEST(no_descriptor_for_the_answer_is_no)
{
	struct rlimit limit;
	rlim_t before;

	askpass_is("exit 0");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = STDERR_FILENO + 1; /* what is open stays so */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_pstr_eq(begin(&asks[0]), "the program of SSH_ASKPASS did not run");
	limit.rlim_cur = before;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	said_expect("does not run: too many open files");
	ck_assert_uint_eq(lines_of("asked"), 0);
}
END_TEST

START_TEST(no_program_named_is_no)
{
	unsetenv("SSH_ASKPASS");
	start();
	ck_assert_pstr_eq(begin(&asks[0]),
			  "it is to be confirmed, and nobody can be asked: SSH_ASKPASS is not set");
}
END_TEST

START_TEST(the_program_gets_no_secret_of_ours)
{
	setenv("DEPLOY_KEY", "a key for --key a=env:DEPLOY_KEY", 1);
	setenv("SSH_SHIM_TOKEN", "sfa1_", 1);
	setenv("SSH_AUTH_SOCK", "/agent", 1);
	setenv("LC_TIME", "C", 1);
	expect_answer("exit 0", NULL);
	workspace_run("grep -q '^SSH_ASKPASS_PROMPT=confirm$' environment && "
		      "grep -q '^LC_TIME=C$' environment && grep -q '^HOME=' environment && "
		      "! grep -E 'DEPLOY_KEY|SSH_SHIM_TOKEN|SSH_AUTH_SOCK' environment");
}
END_TEST

START_TEST(ten_logins_of_one_link_share_one_prompt)
{
	askpass_is("until [ -e \"$HOME/go\" ]; do sleep 0.02; done");
	for (size_t i = 0; i < 10; i++) {
		asks[i].record.grant = &asks[0].grant;
		ck_assert_ptr_null(begin(&asks[i]));
	}
	turn_until(are_asked, 1);
	workspace_run("touch go");
	turn_until(are_answered, 10);
	ck_assert_uint_eq(lines_of("asked"), 1);
	for (size_t i = 0; i < 10; i++)
		ck_assert_ptr_null(asks[i].refusal);
}
END_TEST

START_TEST(a_later_login_is_asked_for_again)
{
	askpass_is("exit 0");
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 1);
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 2);
	ck_assert_uint_eq(lines_of("asked"), 2);
}
END_TEST

START_TEST(another_link_user_key_or_id_has_a_prompt_of_its_own)
{
	askpass_is("exit 0");
	limits.confirm_prompts = ASKERS_MAX;
	for (size_t i = 0; i < 5; i++)
		asks[i].record.grant = &asks[i == 1].grant;
	snprintf(asks[2].record.decision.login.user, 16, "root");
	asks[3].record.key_hash[0] = 1;
	asks[4].record.id = "projectb";
	for (size_t i = 0; i < 5; i++)
		ck_assert_ptr_null(begin(&asks[i]));
	turn_until(are_answered, 5);
	ck_assert_uint_eq(lines_of("asked"), 5);
}
END_TEST

/* The prompt cannot show what is in them. */
START_TEST(files_share_no_prompt)
{
	askpass_is("exit 0");
	for (size_t i = 0; i < 2; i++) {
		asks[i].record.grant = &asks[0].grant;
		asks[i].record.decision.kind = GATE_SSHSIG;
		snprintf(asks[i].record.decision.login.sshsig_namespace, 16, "git");
		ck_assert_ptr_null(begin(&asks[i]));
	}
	turn_until(are_answered, 2);
	ck_assert_uint_eq(lines_of("asked"), 2);
}
END_TEST

START_TEST(a_prompt_that_nobody_waits_for_is_killed)
{
	askpass_is("sleep 100");
	limits.confirm_prompts = 1;
	asks[1].record.grant = &asks[0].grant;
	ck_assert_ptr_null(begin(&asks[0]));
	ck_assert_ptr_null(begin(&asks[1]));
	turn_until(are_asked, 1);
	confirm_withdraw(&asks[0].asker);
	ck_assert_uint_eq(confirm.open_count, 1); /* the other waits yet */
	confirm_withdraw(&asks[1].asker);
	ck_assert_uint_eq(confirm.open_count, 0);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends when the program has */
	ck_assert_uint_eq(asks[0].answers + asks[1].answers, 0);
}
END_TEST

START_TEST(the_end_of_the_daemon_refuses_all)
{
	askpass_is("sleep 100");
	limits.confirm_prompts = 1;
	ck_assert_ptr_null(begin(&asks[0]));
	ck_assert_ptr_null(begin(&asks[1]));
	confirm_end(&confirm);
	ck_assert_pstr_eq(asks[0].refusal, "the daemon ends");
	ck_assert_pstr_eq(asks[1].refusal, "the daemon ends");
	ck_assert_pstr_eq(begin(&asks[2]), "the daemon ends");
}
END_TEST

START_TEST(the_question_says_who_what_and_where)
{
	char text[CONFIRM_TEXT_MAX];
	struct record *record = &asks[0].record;
	struct gate_login *login = &record->decision.login;

	confirm_text(record, text);
	ck_assert_ptr_nonnull(strstr(text,
				     "Build: 172.17.0.2:4711, token -\nId: projecta\n"
				     "Key: SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
				     "Login: \"git\" on an unverified host"));
	login->has_host = true;
	confirm_text(record, text);
	ck_assert_ptr_nonnull(strstr(text, "Login: \"git\" on a host with the key SHA256:AAAA"));
	login->host = "github.com";
	memset(login->user, 'x', sizeof(login->user) - 1);
	confirm_text(record, text);
	ck_assert_ptr_nonnull(strstr(text, "xxx...\" on github.com (host key verified)"));
	ck_assert_uint_lt(strlen(text), 300);
	snprintf(login->sshsig_namespace, 16, "git");
	confirm_text(record, text);
	ck_assert_ptr_nonnull(strstr(text, "a file or a commit, namespace \"git\""));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("confirm");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, status_0_is_yes);
	tcase_add_test(tests, the_word_yes_is_yes);
	tcase_add_test(tests, another_status_is_no);
	tcase_add_test(tests, another_word_is_no);
	tcase_add_test(tests, a_crash_is_no);
	tcase_add_test(tests, silence_is_no_in_the_end_and_the_program_is_gone);
	tcase_add_test(tests, a_program_that_could_not_run_what_it_is_for_is_no);
	tcase_add_test(tests, what_a_program_leaves_behind_may_go_on);
	tcase_add_test(tests, a_program_that_is_not_there_is_no);
	tcase_add_test(tests, no_descriptor_for_the_answer_is_no);
	tcase_add_test(tests, no_program_named_is_no);
	tcase_add_test(tests, the_program_gets_no_secret_of_ours);
	tcase_add_test(tests, ten_logins_of_one_link_share_one_prompt);
	tcase_add_test(tests, a_later_login_is_asked_for_again);
	tcase_add_test(tests, another_link_user_key_or_id_has_a_prompt_of_its_own);
	tcase_add_test(tests, files_share_no_prompt);
	tcase_add_test(tests, a_prompt_that_nobody_waits_for_is_killed);
	tcase_add_test(tests, the_end_of_the_daemon_refuses_all);
	tcase_add_test(tests, the_question_says_who_what_and_where);
	return unit_main(tests, "confirm");
}
