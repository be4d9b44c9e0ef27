/*
 * How many prompts there are, how much a yes is good for, and how often somebody is asked for nothing.
 */
#include "tests/support/confirm_world.h"

START_TEST(one_answer_counts_for_so_many_logins)
{
	askpass_is("until [ -e \"$HOME/go\" ]; do sleep 0.02; done");
	limits.confirm_logins = 4;
	for (size_t i = 0; i < 10; i++) {
		asks[i].record.grant = &asks[0].grant;
		ck_assert_ptr_null(begin(&asks[i]));
	}
	confirm_withdraw(&asks[0].asker); /* who left makes no room for more */
	asks[10].record.grant = &asks[0].grant;
	ck_assert_ptr_null(begin(&asks[10]));
	turn_until(are_asked, 3);
	workspace_run("touch go");
	turn_until(are_answered, 10);
	ck_assert_uint_eq(lines_of("asked"), 3);
}
END_TEST

static const char wearisome[] = "too many signatures of this build were not confirmed in the last "
				"minutes (confirm-refusals)";

/* Each by another login, of another link of the build. */
static void refuse_all(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(asks[i].grant.peer, sizeof(asks[i].grant.peer), "172.17.0.2:%zu", i);
		ck_assert_ptr_null(begin(&asks[i]));
		turn_until(are_answered, (unsigned)i + 1);
		ck_assert_pstr_eq(asks[i].refusal, "whoever was asked to confirm it said no");
	}
}

START_TEST(nobody_is_asked_on_and_on_by_one_build)
{
	askpass_is("exit 1");
	limits.confirm_refusals = 3;
	refuse_all(3);
	snprintf(asks[3].grant.peer, sizeof(asks[3].grant.peer), "172.17.0.2:99");
	ck_assert_pstr_eq(begin(&asks[3]), wearisome);
	said_expect("peer=172.17.0.2:2 token=-: 3 signatures were not confirmed");
	ck_assert_ptr_null(begin(&asks[4])); /* another build's */
	turn_until(are_answered, 4);
	ck_assert_uint_eq(lines_of("asked"), 4);
}
END_TEST

START_TEST(a_yes_makes_up_for_what_was_refused)
{
	askpass_is("exit 1");
	limits.confirm_refusals = 3;
	refuse_all(2);
	askpass_is("exit 0");
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 3);
	ck_assert_ptr_null(asks[0].refusal);
	askpass_is("exit 1");
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_ptr_null(begin(&asks[0]));
		turn_until(are_answered, 4 + i);
	}
	ck_assert_pstr_eq(begin(&asks[0]), wearisome);
}
END_TEST

START_TEST(prompts_not_answered_or_given_up_count_as_refused)
{
	askpass_is("sleep 100");
	limits.confirm_refusals = 2;
	limits.confirm_seconds = 1;
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 1);
	ck_assert_ptr_null(begin(&asks[0]));
	confirm_withdraw(&asks[0].asker);
	ck_assert_pstr_eq(begin(&asks[0]), wearisome);
}
END_TEST

START_TEST(prompts_that_wait_are_not_opened_for_a_build_that_was_refused)
{
	askpass_is("exit 1");
	limits.confirm_refusals = 1;
	limits.confirm_prompts = 1;
	for (size_t i = 0; i < 3; i++) {
		snprintf(asks[i].grant.peer, sizeof(asks[i].grant.peer), "172.17.0.2:%zu", i);
		ck_assert_ptr_null(begin(&asks[i]));
	}
	turn_until(are_answered, 3);
	ck_assert_uint_eq(lines_of("asked"), 1);
	ck_assert_pstr_eq(asks[1].refusal, wearisome);
	ck_assert_pstr_eq(asks[2].refusal, wearisome);
}
END_TEST

START_TEST(a_program_that_fails_is_no_refusal)
{
	askpass_is("kill -SEGV $$");
	limits.confirm_refusals = 1;
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 1);
	ck_assert_ptr_null(begin(&asks[0]));
	turn_until(are_answered, 2);
}
END_TEST

START_TEST(prompts_over_the_limit_wait)
{
	askpass_is("until [ -e \"$HOME/go\" ]; do sleep 0.02; done");
	limits.confirm_prompts = 2;
	for (size_t i = 0; i < 5; i++)
		ck_assert_ptr_null(begin(&asks[i]));
	turn_until(are_asked, 2);
	ck_assert_uint_eq(confirm.open_count, 2);
	ck_assert_uint_eq(confirm.waiting_count, 3);
	workspace_run("touch go");
	turn_until(are_answered, 5);
	ck_assert_uint_eq(lines_of("asked"), 5);
}
END_TEST

START_TEST(one_build_does_not_fill_the_queue)
{
	static const char full[] = "too many signatures of this build wait to be confirmed "
				   "(confirm-queue)";

	askpass_is("sleep 100");
	limits.confirm_prompts = 1;
	limits.confirm_queue = 8;
	for (size_t i = 0; i < 4; i++) {
		asks[i].record.grant = &asks[0].grant;
		snprintf(asks[i].record.decision.login.user, 16, "user%zu", i);
	}
	ck_assert_ptr_null(begin(&asks[0])); /* open */
	ck_assert_ptr_null(begin(&asks[1]));
	ck_assert_ptr_null(begin(&asks[2]));
	ck_assert_pstr_eq(begin(&asks[3]), full);
	for (size_t i = 4; i < 10; i++)
		ck_assert_ptr_null(begin(&asks[i])); /* others' */
	ck_assert_pstr_eq(begin(&asks[10]),
			  "too many signatures wait to be confirmed (confirm-queue)");
	/* And the next to be asked is another's. */
	confirm_withdraw(&asks[0].asker);
	ck_assert_uint_eq(confirm.open_count, 1);
	confirm_withdraw(&asks[1].asker);
	confirm_withdraw(&asks[2].asker);
}
END_TEST

/* Nobody has seen them. */
START_TEST(prompts_given_up_while_they_wait_are_no_refusals)
{
	askpass_is("sleep 100");
	limits.confirm_refusals = 1;
	limits.confirm_prompts = 1;
	ck_assert_ptr_null(begin(&asks[0]));
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_ptr_null(begin(&asks[1]));
		confirm_withdraw(&asks[1].asker);
	}
	ck_assert_ptr_null(begin(&asks[1]));
}
END_TEST

/* Not the first that came, but the first of those whose build is asked least. */
START_TEST(whose_build_is_asked_least_is_asked_next)
{
	askpass_is("sleep 100");
	limits.confirm_prompts = 2;
	for (size_t i = 0; i < 3; i++) { /* two open, one waits */
		asks[i].record.grant = &asks[0].grant;
		snprintf(asks[i].record.decision.login.user, 16, "user%zu", i);
		ck_assert_ptr_null(begin(&asks[i]));
	}
	ck_assert_ptr_null(begin(&asks[3]));
	ck_assert_ptr_null(begin(&asks[4]));
	turn_until(are_asked, 2);
	confirm_withdraw(&asks[0].asker);
	turn_until(are_asked, 3);
	workspace_run("grep '^Build: ' question | tail -n 1 | grep 172.17.0.5:");
	confirm_withdraw(&asks[1].asker);
	turn_until(are_asked, 4); /* of the two that wait, now none is asked: the first */
	workspace_run("grep '^Build: ' question | tail -n 1 | grep 172.17.0.2:");
	for (size_t i = 2; i < 5; i++)
		confirm_withdraw(&asks[i].asker);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("confirm_bounds");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, one_answer_counts_for_so_many_logins);
	tcase_add_test(tests, nobody_is_asked_on_and_on_by_one_build);
	tcase_add_test(tests, a_yes_makes_up_for_what_was_refused);
	tcase_add_test(tests, prompts_not_answered_or_given_up_count_as_refused);
	tcase_add_test(tests, prompts_that_wait_are_not_opened_for_a_build_that_was_refused);
	tcase_add_test(tests, a_program_that_fails_is_no_refusal);
	tcase_add_test(tests, prompts_over_the_limit_wait);
	tcase_add_test(tests, one_build_does_not_fill_the_queue);
	tcase_add_test(tests, whose_build_is_asked_least_is_asked_next);
	tcase_add_test(tests, prompts_given_up_while_they_wait_are_no_refusals);
	return unit_main(tests, "confirm_bounds");
}
