/*
 * Whose turn it is, and who has more than others, without any connection.
 */
#include "agentd/share.h"

#include <stdio.h>

#include "tests/support/unit.h"

static struct share_list shares = LIST_HEAD_INITIALIZER(shares);

static struct grant build(const char *peer, const char *token)
{
	struct grant grant = {.has_token = token != NULL};

	snprintf(grant.peer, sizeof(grant.peer), "%s", peer);
	if (token != NULL)
		snprintf(grant.token.name, sizeof(grant.token.name), "%s", token);
	return grant;
}

static void wait_since(struct share_seat *seat, const char *peer, uint64_t now_ms)
{
	struct grant grant = build(peer, "t"); /* it need not last */

	ck_assert_int_eq(share_wait(&shares, &grant, seat, now_ms), 0);
}

/* Connections that the build has. */
static void hold(struct share_seat *seats, int count, const char *peer)
{
	for (int i = 0; i < count; i++) {
		wait_since(&seats[i], peer, 0);
		share_hold(&seats[i]);
	}
}

static void leave(struct share_seat *seats, int count)
{
	for (int i = 0; i < count; i++) {
		share_leave(&seats[i]);
		ck_assert_ptr_null(seats[i].share);
	}
}

START_TEST(ports_are_of_one_build_and_addresses_and_tokens_are_not)
{
	const struct grant of[] = {build("10.0.0.1:1", "t"), build("10.0.0.1:2", "t"),
				   build("10.0.0.2:1", "t"), build("10.0.0.1:1", "u"),
				   build("10.0.0.1:1", NULL)};
	struct share_seat seats[5];

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(share_wait(&shares, &of[i], &seats[i], 0), 0);
	ck_assert_ptr_eq(seats[0].share, seats[1].share);
	for (int i = 1; i < 5; i++) {
		for (int j = i + 1; j < 5; j++)
			ck_assert_ptr_ne(seats[i].share, seats[j].share);
	}
	leave(seats, 5);
	ck_assert(LIST_EMPTY(&shares));
}
END_TEST

START_TEST(the_next_is_of_the_build_that_has_least)
{
	struct share_seat rich[3];
	struct share_seat poor[1];
	struct share_seat first;
	struct share_seat second;

	ck_assert_ptr_null(share_next(&shares));
	hold(rich, 3, "10.0.0.1:1");
	hold(poor, 1, "10.0.0.2:1");
	ck_assert_ptr_null(share_next(&shares));
	wait_since(&first, "10.0.0.1:9", 1);
	ck_assert_ptr_eq(share_next(&shares), &first);
	wait_since(&second, "10.0.0.2:9", 2);
	ck_assert_ptr_eq(share_next(&shares), &second);
	share_leave(&second);
	ck_assert_ptr_eq(share_next(&shares), &first);
	share_leave(&first);
	leave(rich, 3);
	leave(poor, 1);
	ck_assert(LIST_EMPTY(&shares));
}
END_TEST

START_TEST(among_equals_the_next_is_who_waits_longest)
{
	struct share_seat late;
	struct share_seat early;
	struct share_seat earliest;

	wait_since(&early, "10.0.0.1:1", 2);
	wait_since(&late, "10.0.0.1:2", 3);
	wait_since(&earliest, "10.0.0.2:1", 1);
	ck_assert_ptr_eq(share_next(&shares), &earliest);
	share_leave(&earliest);
	ck_assert_ptr_eq(share_next(&shares), &early);
	share_leave(&early);
	ck_assert_ptr_eq(share_next(&shares), &late);
	share_leave(&late);
}
END_TEST

START_TEST(a_connection_is_owed_where_it_makes_both_more_equal)
{
	static const struct {
		int from;
		int to;
		bool owes;
	} cases[] = {{1, 0, true}, {2, 0, true},  {1, 1, false}, {2, 1, false},
		     {3, 1, true}, {4, 3, false}, {5, 3, true},	 {1, 5, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct share_seat from[5];
		struct share_seat to[5];
		struct share_seat waiter;

		hold(from, cases[i].from, "10.0.0.1:1");
		hold(to, cases[i].to, "10.0.0.2:1");
		wait_since(&waiter, "10.0.0.2:2", 10);
		ck_assert_msg(share_owes(from[0].share, waiter.share) == cases[i].owes, "%d to %d",
			      cases[i].from, cases[i].to);
		ck_assert(!share_owes(from[0].share, from[0].share));
		ck_assert(share_is_due(&shares, from[0].share, 10) == cases[i].owes);
		ck_assert(!share_is_due(&shares, from[0].share, 9)); /* it has not waited so long */
		share_leave(&waiter);
		ck_assert(!share_is_due(&shares, from[0].share, 10)); /* nobody waits */
		leave(from, cases[i].from);
		leave(to, cases[i].to);
	}
}
END_TEST

START_TEST(what_was_used_is_given_up_last)
{
	struct share_seat seats[3];

	hold(seats, 3, "10.0.0.1:1");
	ck_assert_ptr_eq(TAILQ_FIRST(&seats[0].share->holders), &seats[0]);
	share_touch(&seats[0]);
	ck_assert_ptr_eq(TAILQ_FIRST(&seats[0].share->holders), &seats[1]);
	ck_assert_ptr_eq(TAILQ_LAST(&seats[0].share->holders, share_seats), &seats[0]);
	leave(seats, 3);
}
END_TEST

START_TEST(a_share_lasts_as_long_as_one_holds_or_waits)
{
	struct share_seat holder;
	struct share_seat waiter;

	hold(&holder, 1, "10.0.0.1:1");
	wait_since(&waiter, "10.0.0.1:2", 1);
	share_leave(&holder);
	ck_assert_uint_eq(waiter.share->held, 0);
	ck_assert_ptr_eq(share_next(&shares), &waiter);
	share_hold(&waiter);
	ck_assert_uint_eq(waiter.share->held, 1);
	ck_assert_ptr_null(share_next(&shares));
	share_leave(&waiter);
	ck_assert(LIST_EMPTY(&shares));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("share");

	tcase_add_test(tests, ports_are_of_one_build_and_addresses_and_tokens_are_not);
	tcase_add_test(tests, the_next_is_of_the_build_that_has_least);
	tcase_add_test(tests, among_equals_the_next_is_who_waits_longest);
	tcase_add_test(tests, a_connection_is_owed_where_it_makes_both_more_equal);
	tcase_add_test(tests, what_was_used_is_given_up_last);
	tcase_add_test(tests, a_share_lasts_as_long_as_one_holds_or_waits);
	return unit_main(tests, "share");
}
