/*
 * Whose request goes to the keeper, by the clock, without any connection.
 */
#include "agentd/request_turns.h"

#include <stdio.h>

#include "tests/support/unit.h"

enum { GREEDY = 5, LAPSE_MS = REQUEST_TURNS_COMPETE_MS };

static struct request_turns turns;
static struct turn_seat greedy[GREEDY];
static struct turn_seat modest[GREEDY];

/* Connections of the build at this address. */
static void join(struct turn_seat *seats, const char *address)
{
	struct grant grant = {0};

	for (int i = 0; i < GREEDY; i++) {
		snprintf(grant.peer, sizeof(grant.peer), "%s:%d", address, i + 1);
		ck_assert_int_eq(request_turns_join(&turns, &seats[i], &grant), 0);
	}
}

static void leave(struct turn_seat *seats)
{
	for (int i = 0; i < GREEDY; i++) {
		request_turns_leave(&seats[i], 0);
		ck_assert_ptr_null(seats[i].turns);
	}
}

static void setup(void)
{
	request_turns_init(&turns, 2);
	join(greedy, "10.0.0.1");
	join(modest, "10.0.0.2");
}

static void teardown(void)
{
	leave(greedy);
	leave(modest);
	ck_assert(LIST_EMPTY(&turns.builds) && TAILQ_EMPTY(&turns.queue));
	ck_assert_uint_eq(turns.busy_count, 0);
}

/* All of them ask; how many of them may at once. */
static int ask_all(struct turn_seat *seats, uint64_t now_ms)
{
	int count = 0;

	for (int i = 0; i < GREEDY; i++)
		count += request_turns_ask(&seats[i], now_ms);
	return count;
}

/* A build asks, is answered, and asks no more. */
static void ask_once(struct turn_seat *seat, uint64_t now_ms)
{
	ck_assert(request_turns_ask(seat, now_ms));
	request_turns_end(seat, now_ms);
}

START_TEST(a_seat_that_takes_part_in_none_never_waits)
{
	struct turn_seat seat = {0};

	ck_assert(request_turns_ask(&seat, 5));
	ck_assert(request_turns_ask(&seat, 5));
	request_turns_end(&seat, 5);
	request_turns_leave(&seat, 5);
}
END_TEST

START_TEST(a_build_alone_never_waits)
{
	ck_assert_int_eq(ask_all(greedy, 5), GREEDY);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
}
END_TEST

START_TEST(builds_that_asked_lately_compete)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5 + LAPSE_MS - 1), 2);
}
END_TEST

/* However long the keeper takes: what it has of one is before what it gets of the other. */
START_TEST(a_build_competes_with_one_whose_requests_are_out)
{
	ck_assert(request_turns_ask(&modest[0], 5));
	ck_assert_int_eq(ask_all(greedy, 5 + LAPSE_MS), 2);
	request_turns_end(&greedy[0], 5 + 3 * LAPSE_MS);
	ck_assert_ptr_eq(request_turns_next(&turns, 5 + 3 * LAPSE_MS), &greedy[2]);
	ck_assert_ptr_null(request_turns_next(&turns, 5 + 3 * LAPSE_MS));
}
END_TEST

START_TEST(a_build_competes_with_one_that_was_answered_lately)
{
	ck_assert(request_turns_ask(&modest[0], 5));
	request_turns_end(&modest[0], 5 + LAPSE_MS);
	ck_assert_int_eq(ask_all(greedy, 4 + 2 * LAPSE_MS), 2);
}
END_TEST

START_TEST(what_was_asked_long_ago_counts_for_nothing)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5 + LAPSE_MS), GREEDY);
}
END_TEST

START_TEST(each_end_is_a_turn_for_the_first_of_its_build)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5), 2);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
	request_turns_end(&greedy[1], 5);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[2]);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
	request_turns_end(&greedy[3], 5); /* it waits no more */
	ck_assert_ptr_null(request_turns_next(&turns, 5));
	request_turns_end(&greedy[0], 5);
	request_turns_end(&greedy[2], 5);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[4]);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
}
END_TEST

START_TEST(nobody_overtakes_those_who_wait)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5), 2);
	request_turns_end(&greedy[0], 5);
	ck_assert(!request_turns_ask(&greedy[0], 5)); /* before the turn is given on */
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[2]);
}
END_TEST

/* Between the end of one and the turn of the next, too. */
START_TEST(who_waits_may_leave)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5), 2);
	request_turns_end(&greedy[0], 5);
	request_turns_end(&greedy[2], 5);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[3]);
	request_turns_end(&greedy[4], 5); /* nobody waits now */
	ck_assert_ptr_null(request_turns_next(&turns, 5));
	ck_assert(!request_turns_ask(&greedy[0], 5));
	request_turns_end(&greedy[1], 5);
	request_turns_end(&greedy[0], 5);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
}
END_TEST

START_TEST(builds_go_on_one_after_the_other)
{
	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5), 2);
	ck_assert_int_eq(ask_all(modest, 5), 2);
	for (int i = 0; i < 2; i++)
		request_turns_end(&greedy[i], 5);
	for (int i = 0; i < 2; i++)
		request_turns_end(&modest[i], 5);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[2]);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &modest[2]);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &greedy[3]);
	ck_assert_ptr_eq(request_turns_next(&turns, 5), &modest[3]);
	ck_assert_ptr_null(request_turns_next(&turns, 5));
}
END_TEST

START_TEST(all_who_wait_go_when_the_other_has_left_off)
{
	uint64_t after_ms = 5 + LAPSE_MS;

	ask_once(&modest[0], 5);
	ck_assert_int_eq(ask_all(greedy, 5), 2);
	request_turns_end(&greedy[0], after_ms);
	for (int i = 2; i < GREEDY; i++)
		ck_assert_ptr_eq(request_turns_next(&turns, after_ms), &greedy[i]);
	ck_assert_ptr_null(request_turns_next(&turns, after_ms));
}
END_TEST

/* One connection after the other, each the only one. */
START_TEST(a_build_does_not_compete_with_itself)
{
	leave(greedy);
	join(greedy, "10.0.0.1");
	ck_assert(request_turns_ask(&greedy[0], 5));
	leave(greedy);
	join(greedy, "10.0.0.1");
	ck_assert_int_eq(ask_all(greedy, 6), GREEDY);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("request_turns");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_seat_that_takes_part_in_none_never_waits);
	tcase_add_test(tests, a_build_alone_never_waits);
	tcase_add_test(tests, builds_that_asked_lately_compete);
	tcase_add_test(tests, a_build_competes_with_one_whose_requests_are_out);
	tcase_add_test(tests, a_build_competes_with_one_that_was_answered_lately);
	tcase_add_test(tests, what_was_asked_long_ago_counts_for_nothing);
	tcase_add_test(tests, each_end_is_a_turn_for_the_first_of_its_build);
	tcase_add_test(tests, nobody_overtakes_those_who_wait);
	tcase_add_test(tests, who_waits_may_leave);
	tcase_add_test(tests, builds_go_on_one_after_the_other);
	tcase_add_test(tests, all_who_wait_go_when_the_other_has_left_off);
	tcase_add_test(tests, a_build_does_not_compete_with_itself);
	return unit_main(tests, "request_turns");
}
