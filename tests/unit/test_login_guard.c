/*
 * Failures are counted by address, for a minute; a table that is full forgets, and blames nobody.
 */
#include "agentd/login_guard.h"

#include <stdio.h>

#include "common/address.h"
#include "tests/support/unit.h"

static struct login_guard guard;

static void setup(void)
{
	guard = (struct login_guard){0};
}

static struct sockaddr *peer(const char *text)
{
	static struct sockaddr_storage address;

	ck_assert_int_eq(address_parse(text, 22, &address), 0);
	return (struct sockaddr *)&address;
}

static struct sockaddr *numbered(unsigned number)
{
	char text[32];

	snprintf(text, sizeof(text), "10.0.%u.%u", number / 256, number % 256);
	return peer(text);
}

START_TEST(failures_of_an_address_add_up_whatever_the_port)
{
	ck_assert_uint_eq(login_guard_fail(&guard, peer("172.17.0.2:1"), 100), 1);
	ck_assert_uint_eq(login_guard_fail(&guard, peer("172.17.0.2:2"), 101), 2);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2:3"), 101), 2);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.3:1"), 101), 0);
}
END_TEST

START_TEST(after_a_minute_all_is_forgotten)
{
	login_guard_fail(&guard, peer("172.17.0.2"), 100);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 159), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 160), 0);
	ck_assert_uint_eq(login_guard_fail(&guard, peer("172.17.0.2"), 160), 1);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one_address)
{
	login_guard_fail(&guard, peer("fd00:0:0:1::1"), 100);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("fd00:0:0:1:2:3:4:5"), 100), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("fd00:0:0:2::1"), 100), 0);
}
END_TEST

START_TEST(a_mapped_address_is_its_own)
{
	login_guard_fail(&guard, peer("::ffff:172.17.0.2"), 100);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 100), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("::ffff:172.17.0.3"), 100), 0);
}
END_TEST

START_TEST(many_addresses_neither_hide_the_worst_nor_blame_others)
{
	for (unsigned i = 0; i < 5; i++)
		login_guard_fail(&guard, peer("172.17.0.2"), 100);
	for (unsigned i = 0; i < 4 * LOGIN_GUARD_ENTRIES; i++)
		ck_assert_uint_eq(login_guard_fail(&guard, numbered(i), 101), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 102), 5);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.3"), 102), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("login_guard");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, failures_of_an_address_add_up_whatever_the_port);
	tcase_add_test(tests, after_a_minute_all_is_forgotten);
	tcase_add_test(tests, a_network_of_ipv6_is_one_address);
	tcase_add_test(tests, a_mapped_address_is_its_own);
	tcase_add_test(tests, many_addresses_neither_hide_the_worst_nor_blame_others);
	return unit_main(tests, "login_guard");
}
