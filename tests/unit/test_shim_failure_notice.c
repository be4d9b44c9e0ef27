/*
 * Why requests fail, in the build's log: once for what is told again at once.
 */
#include "shim/failure_notice.h"

#include <string.h>

#include "common/agent_msg.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

static void setup(void)
{
	said_begin();
}

static void tell(struct failure_notice *notice, uint64_t now_ms, const char *id)
{
	failure_notice_tell(notice, now_ms, SSH_AGENTC_SIGN_REQUEST, id, "a reason");
}

START_TEST(names_what_failed_and_the_id)
{
	struct failure_notice notice = {0};

	tell(&notice, 1, "a");
	said_expect("test: nothing was signed (id \"a\"): a reason; the log of "
		    "ssh-forward-agentd may say more\n");
	failure_notice_tell(&notice, 1, SSH_AGENTC_REQUEST_IDENTITIES, "", NULL);
	said_expect("test: no keys are listed: the agent on the host refused; ");
	failure_notice_tell(&notice, 1, SSH_AGENTC_LOCK, NULL, "a reason");
	said_expect("test: an agent request failed: a reason; ");
}
END_TEST

START_TEST(the_same_again_within_seconds_is_not_told)
{
	struct failure_notice notice = {0};

	tell(&notice, 1000, "a");
	said_forget();
	tell(&notice, 1001, "a");
	tell(&notice, 5999, "a");
	ck_assert(!said_has("signed"));
	tell(&notice, 6000, "a");
	said_expect("(id \"a\")");
	tell(&notice, 6001, "b");
	said_expect("(id \"b\")");
}
END_TEST

START_TEST(extensions_are_tried_out_in_silence)
{
	struct failure_notice notice = {0};

	failure_notice_tell(&notice, 1, SSH_AGENTC_EXTENSION, "a", "a reason");
	ck_assert(!said_has("reason"));
}
END_TEST

START_TEST(a_long_reason_is_cut)
{
	struct failure_notice notice = {0};
	char reason[2 * FAILURE_NOTICE_LINE_SIZE];

	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	failure_notice_tell(&notice, 1, SSH_AGENTC_SIGN_REQUEST, "a", reason);
	said_expect("(id \"a\"): xxxx");
	ck_assert_uint_eq(strlen(notice.told), FAILURE_NOTICE_LINE_SIZE - 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_failure_notice");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, names_what_failed_and_the_id);
	tcase_add_test(tests, the_same_again_within_seconds_is_not_told);
	tcase_add_test(tests, extensions_are_tried_out_in_silence);
	tcase_add_test(tests, a_long_reason_is_cut);
	return unit_main(tests, "shim_failure_notice");
}
