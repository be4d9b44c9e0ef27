/*
 * Failures are counted by address, for a minute; a table that is full forgets, and blames nobody.
 */
#include "agentd/login_guard.h"

#include <stdio.h>
#include <string.h>

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

START_TEST(of_a_full_table_the_oldest_of_the_fewest_failures_gives_way)
{
	login_guard_fail(&guard, numbered(0), 100);
	login_guard_fail(&guard, numbered(1), 150);
	login_guard_fail(&guard, numbered(1), 150);
	login_guard_fail(&guard, numbered(2), 151);
	for (unsigned i = 3; i < LOGIN_GUARD_ENTRIES; i++)
		login_guard_fail(&guard, numbered(i), 152);
	/* The place of the first, whose minute is over: a young one at the table's beginning. */
	login_guard_fail(&guard, peer("172.17.0.2"), 160);
	login_guard_fail(&guard, peer("172.17.0.3"), 161);
	ck_assert_uint_eq(login_guard_failures(&guard, numbered(2), 161), 0);
	ck_assert_uint_eq(login_guard_failures(&guard, numbered(1), 161), 2);
	for (unsigned i = 3; i < LOGIN_GUARD_ENTRIES; i++)
		ck_assert_uint_eq(login_guard_failures(&guard, numbered(i), 161), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 161), 1);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.3"), 161), 1);
}
END_TEST

START_TEST(the_worst_stays_though_it_is_the_oldest_and_the_last)
{
	const unsigned last = LOGIN_GUARD_ENTRIES - 1;

	for (unsigned i = 0; i < last; i++)
		login_guard_fail(&guard, numbered(i), 100);
	login_guard_fail(&guard, numbered(last), 110);
	login_guard_fail(&guard, numbered(last), 110);
	/* In the places of the first, whose minute is over. */
	for (unsigned i = 1; i <= last; i++)
		login_guard_fail(&guard, numbered(last + i), 165);
	login_guard_fail(&guard, peer("172.17.0.2"), 166);
	ck_assert_uint_eq(login_guard_failures(&guard, numbered(last), 166), 2);
	ck_assert_uint_eq(login_guard_failures(&guard, peer("172.17.0.2"), 166), 1);
}
END_TEST

START_TEST(what_counts_as_one_address_is_one_whoever_asks)
{
	static const char *const texts[] = {"172.17.0.2:1", "[::ffff:172.17.0.2]:2",
					    "172.17.0.3",   "[fd00::1]:1",
					    "[fd00::2]:2",  "fd00:0:0:1::1"};
	static const int kinds[] = {0, 0, 1, 2, 2, 3};

	for (size_t i = 0; i < 6; i++) {
		struct sockaddr_storage one;

		memcpy(&one, peer(texts[i]), sizeof(one));
		for (size_t j = 0; j < 6; j++) {
			const struct sockaddr *a = (const struct sockaddr *)&one;
			const struct sockaddr *b = peer(texts[j]);
			bool is_same = kinds[i] == kinds[j];

			ck_assert(login_guard_is_same(a, b) == is_same);
			ck_assert((login_guard_hash(a) == login_guard_hash(b)) == is_same);
		}
	}
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
	tcase_add_test(tests, of_a_full_table_the_oldest_of_the_fewest_failures_gives_way);
	tcase_add_test(tests, the_worst_stays_though_it_is_the_oldest_and_the_last);
	tcase_add_test(tests, what_counts_as_one_address_is_one_whoever_asks);
	return unit_main(tests, "login_guard");
}
