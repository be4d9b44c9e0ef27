#include "agentd/allowance.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "tests/support/unit.h"

static struct id_lease id_lease;
static struct source_state state;
static struct source source;
static struct grant grant;
static struct lease lease;
static struct audit audit;

static void set_up(void)
{
	id_lease = (struct id_lease){.begun_s = lease_clock_s()};
	state = (struct source_state){.lease = &id_lease};
	source = (struct source){.state = &state};
	lease = (struct lease){.max = 2};
	grant = (struct grant){.has_token = true, .lease = &lease};
	audit = (struct audit){.mode = AUDIT_REQUIRED, .is_on = true};
}

static const char *check(bool is_signature)
{
	return allowance_check(&source, &grant, &audit, is_signature);
}

/* A request of either kind is refused, and for this. */
static void expect_both(const char *reason)
{
	ck_assert_ptr_nonnull(check(true));
	ck_assert_ptr_nonnull(check(false));
	ck_assert_str_eq(check(true), reason);
	ck_assert_str_eq(check(false), reason);
}

/* A signature is refused, and for this; all else passes. */
static void expect_signature(const char *reason)
{
	ck_assert_ptr_null(check(false));
	ck_assert_ptr_nonnull(check(true));
	ck_assert_str_eq(check(true), reason);
}

START_TEST(whoever_has_time_and_signatures_left_may)
{
	source.policy.max_signatures = 1;
	source.policy.lifetime_s = 3600;
	grant.token.expiry_s = (uint64_t)time(NULL) + 3600;
	ck_assert_ptr_null(check(true));
	ck_assert_ptr_null(check(false));
}
END_TEST

START_TEST(a_token_that_has_expired_asks_nothing_more)
{
	grant.token.expiry_s = (uint64_t)time(NULL);
	expect_both("the token has expired");
}
END_TEST

START_TEST(an_id_whose_time_is_over_is_asked_nothing_more)
{
	source.policy.lifetime_s = 60;
	id_lease.begun_s -= 60;
	expect_both("the id's time is over (lifetime)");
}
END_TEST

/* Listing keys costs nobody a signature. */
START_TEST(a_signature_needs_one_left_of_the_id_and_one_of_the_token)
{
	source.policy.max_signatures = 1;
	ck_assert_ptr_null(check(true));
	ck_assert_ptr_null(allowance_take_signature(&source, &grant));
	expect_signature("the id's signatures are used up (max-signatures)");
	source.policy.max_signatures = 3;
	ck_assert_ptr_null(check(true));
	ck_assert_ptr_null(allowance_take_signature(&source, &grant));
	expect_signature("the token's signatures are used up");
	ck_assert_uint_eq(id_lease.used, 2);
	ck_assert_uint_eq(lease.used, 2);
}
END_TEST

START_TEST(without_a_record_nothing_is_signed)
{
	audit.writer.failure = -EIO;
	expect_signature("the audit log cannot be written");
	audit.mode = AUDIT_BEST_EFFORT;
	ck_assert_ptr_null(check(true));
	ck_assert_ptr_null(allowance_check(&source, &grant, NULL, true));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("allowance");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, whoever_has_time_and_signatures_left_may);
	tcase_add_test(tests, a_token_that_has_expired_asks_nothing_more);
	tcase_add_test(tests, an_id_whose_time_is_over_is_asked_nothing_more);
	tcase_add_test(tests, a_signature_needs_one_left_of_the_id_and_one_of_the_token);
	tcase_add_test(tests, without_a_record_nothing_is_signed);
	return unit_main(tests, "allowance");
}
