#include "common/wire_turns.h"

#include "tests/support/unit.h"

enum { WIRES = 4 };

/* More than those of one turn may use together. */
static const uint64_t long_ns = 1000 * 1000;

static uv_loop_t loop;
static struct wire_turns turns;
static struct wire_turn wires[WIRES];
static int order[2 * WIRES]; /* in which they had their turns */
static int order_len;

static void on_turn(struct wire_turn *turn)
{
	order[order_len++] = (int)(turn - wires);
	wire_turn_use(turn, long_ns);
}

static void begin(void)
{
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	wire_turns_init(&turns, &loop);
	for (int i = 0; i < WIRES; i++)
		wire_turn_init(&wires[i], &turns, on_turn, NULL);
	order_len = 0;
}

static void begin_with_members(void)
{
	begin();
	for (int i = 0; i < WIRES; i++)
		wire_turn_join(&wires[i]);
}

static void take_turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void end(void)
{
	wire_turns_close(&turns);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

START_TEST(nobody_waits_while_there_is_time)
{
	begin_with_members();
	for (int i = 0; i < WIRES; i++) {
		ck_assert(wire_turn_ask(&wires[i]));
		wire_turn_use(&wires[i], 1000);
	}
	end();
}
END_TEST

START_TEST(who_has_used_least_goes_first)
{
	begin_with_members();
	wire_turn_use(&wires[0], 4 * long_ns);
	wire_turn_use(&wires[1], 2 * long_ns);
	wire_turn_use(&wires[2], 3 * long_ns);
	for (int i = 0; i < WIRES; i++)
		ck_assert(!wire_turn_ask(&wires[i]));
	for (int i = 0; i < 2 * WIRES; i++)
		take_turn();
	ck_assert_int_eq(order_len, WIRES);
	ck_assert_int_eq(order[0], 3);
	ck_assert_int_eq(order[1], 1);
	ck_assert_int_eq(order[2], 2);
	ck_assert_int_eq(order[3], 0);
	end();
}
END_TEST

START_TEST(who_asks_twice_is_in_line_once)
{
	begin_with_members();
	wire_turn_use(&wires[0], long_ns);
	ck_assert(!wire_turn_ask(&wires[1]));
	ck_assert(!wire_turn_ask(&wires[1]));
	take_turn();
	take_turn();
	ck_assert_int_eq(order_len, 1);
	end();
}
END_TEST

START_TEST(nobody_goes_before_those_in_line)
{
	begin_with_members();
	wire_turn_use(&wires[0], long_ns);
	ck_assert(!wire_turn_ask(&wires[1]));
	turns.spent_ns = 0;
	ck_assert(!wire_turn_ask(&wires[2]));
	end();
}
END_TEST

START_TEST(one_stranger_is_served_in_a_turn)
{
	begin();
	for (int i = 0; i < WIRES; i++)
		ck_assert(!wire_turn_ask(&wires[i]));
	for (int i = 0; i < WIRES; i++) {
		take_turn();
		ck_assert_int_eq(order_len, i + 1);
		ck_assert_int_eq(order[i], i);
	}
	end();
}
END_TEST

/* Beside those who never leave the line: else they would keep all others out. */
START_TEST(one_is_let_in_each_time_that_all_in_line_have_had_their_turn)
{
	begin();
	ck_assert(!wire_turns_keep_strangers_out(&turns));
	wire_turns_let_in(&turns, 1000);
	ck_assert(!wire_turns_keep_strangers_out(&turns)); /* nobody is in line */
	ck_assert(!wire_turn_ask(&wires[0]));
	ck_assert(!wire_turn_ask(&wires[1]));
	ck_assert(!wire_turns_keep_strangers_out(&turns));
	wire_turns_let_in(&turns, 1000);
	ck_assert(wire_turns_keep_strangers_out(&turns));
	take_turn();
	ck_assert(!wire_turn_ask(&wires[0])); /* again, behind the other */
	ck_assert(wire_turns_keep_strangers_out(&turns));
	take_turn();
	ck_assert_int_eq(order[1], 1);
	ck_assert(!wire_turns_keep_strangers_out(&turns));
	wire_turns_let_in(&turns, 1000);
	ck_assert(wire_turns_keep_strangers_out(&turns));
	wire_turn_leave(&wires[0]);
	ck_assert(!wire_turns_keep_strangers_out(&turns));
	end();
}
END_TEST

static void begin_with_two_of_each(void)
{
	begin();
	wire_turn_join(&wires[0]);
	wire_turn_join(&wires[1]);
	wire_turn_use(&wires[0], long_ns);
	ck_assert(!wire_turn_ask(&wires[1]));
	ck_assert(!wire_turn_ask(&wires[2]));
	ck_assert(!wire_turn_ask(&wires[3]));
}

START_TEST(strangers_and_members_do_not_wait_for_each_other)
{
	begin_with_two_of_each();
	take_turn();
	ck_assert_int_eq(order_len, 1);
	ck_assert_int_eq(order[0], 2);
	take_turn();
	ck_assert_int_eq(order_len, 2);
	ck_assert_int_eq(order[1], 1);
	end();
}
END_TEST

START_TEST(strangers_pause_while_members_are_at_work)
{
	uint64_t paused_at_ns;

	begin_with_two_of_each();
	take_turn();
	paused_at_ns = uv_hrtime();
	ck_assert_int_eq(order[0], 2);
	while (order_len < 3)
		uv_run(&loop, UV_RUN_ONCE); /* sleeps, if nobody else has a turn */
	ck_assert_int_eq(order[1], 1);
	ck_assert_int_eq(order[2], 3);
	ck_assert_uint_ge(uv_hrtime() - paused_at_ns, 1000 * 1000);
	end();
}
END_TEST

/* libssh computes a key exchange while a wire is set up, if it finds all it needs for one. */
START_TEST(time_that_letting_strangers_in_takes_makes_them_pause)
{
	begin();
	wire_turn_join(&wires[0]);
	wire_turn_use(&wires[0], 1000);
	wire_turns_let_in(&turns, 1000);
	ck_assert(!wire_turns_keep_strangers_out(&turns));
	wire_turns_let_in(&turns, long_ns);
	ck_assert(wire_turns_keep_strangers_out(&turns));
	ck_assert(!wire_turn_ask(&wires[3]));
	take_turn();
	ck_assert_int_eq(order_len, 0);
	while (order_len < 1)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(order[0], 3);
	end();
}
END_TEST

START_TEST(strangers_do_not_pause_for_members_who_do_nothing)
{
	begin_with_two_of_each();
	wire_turn_leave(&wires[1]);
	turns.members_came_ns -= (uint64_t)1000 * 1000 * 1000;
	take_turn();
	take_turn();
	ck_assert_int_eq(order_len, 2);
	ck_assert_int_eq(order[0], 2);
	ck_assert_int_eq(order[1], 3);
	end();
}
END_TEST

START_TEST(who_leaves_has_no_turn)
{
	begin_with_members();
	wire_turn_use(&wires[0], long_ns);
	ck_assert(!wire_turn_ask(&wires[1]));
	wire_turn_leave(&wires[1]);
	wire_turn_leave(&wires[1]);
	take_turn();
	take_turn();
	ck_assert_int_eq(order_len, 0);
	end();
}
END_TEST

START_TEST(what_is_long_ago_counts_less)
{
	begin_with_members();
	wire_turn_use(&wires[0], 8 * long_ns);
	wire_turn_use(&wires[1], 4 * long_ns);
	wires[0].used_until_ns -= (uint64_t)20 * 1000 * 1000 * 1000;
	ck_assert(!wire_turn_ask(&wires[0]));
	ck_assert(!wire_turn_ask(&wires[1]));
	for (int i = 0; i < WIRES; i++)
		take_turn();
	ck_assert_int_eq(order_len, 2);
	ck_assert_int_eq(order[0], 0);
	end();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("wire_turns");

	tcase_add_test(tests, nobody_waits_while_there_is_time);
	tcase_add_test(tests, who_has_used_least_goes_first);
	tcase_add_test(tests, who_asks_twice_is_in_line_once);
	tcase_add_test(tests, nobody_goes_before_those_in_line);
	tcase_add_test(tests, one_stranger_is_served_in_a_turn);
	tcase_add_test(tests, one_is_let_in_each_time_that_all_in_line_have_had_their_turn);
	tcase_add_test(tests, strangers_and_members_do_not_wait_for_each_other);
	tcase_add_test(tests, strangers_pause_while_members_are_at_work);
	tcase_add_test(tests, time_that_letting_strangers_in_takes_makes_them_pause);
	tcase_add_test(tests, strangers_do_not_pause_for_members_who_do_nothing);
	tcase_add_test(tests, who_leaves_has_no_turn);
	tcase_add_test(tests, what_is_long_ago_counts_less);
	return unit_main(tests, "wire_turns");
}
