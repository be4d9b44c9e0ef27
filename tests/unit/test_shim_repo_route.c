#include "shim/repo_route.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static const char *choose(const char *routes, const char *path)
{
	static char socket[ROUTE_SOCKET_SIZE];
	struct repo_place place;
	struct byte_view text = exact_copy(routes, strlen(routes));
	int err;

	ck_assert_int_eq(repo_place_set_host(&place, "github.com", 22), 0);
	ck_assert_int_eq(repo_place_set_path(&place, path), 0);
	err = repo_route_choose(text, &place, socket);
	exact_free(text);
	ck_assert(err == 0 || err == -ENOENT);
	return err == 0 ? socket : "none";
}

START_TEST(the_longest_match_wins_wherever_it_stands)
{
	static const char routes[] = "ids/org.sock github.com/org\n"
				     "ids/a.sock github.com/org/a\n"
				     "agent.sock github.com\n"
				     "ids/libs.sock github.com/org/lib-*\n";

	ck_assert_str_eq(choose(routes, "org/a.git"), "ids/a.sock");
	ck_assert_str_eq(choose(routes, "org/b.git"), "ids/org.sock");
	ck_assert_str_eq(choose(routes, "org/lib-x"), "ids/libs.sock");
	ck_assert_str_eq(choose(routes, "other/x"), "agent.sock");
}
END_TEST

START_TEST(of_two_alike_the_first_wins)
{
	ck_assert_str_eq(choose("one github.com/org\ntwo github.com/org\n", "org/a"), "one");
}
END_TEST

START_TEST(without_a_match_there_is_none)
{
	ck_assert_str_eq(choose("", "org/a"), "none");
	ck_assert_str_eq(choose("one gitlab.com\n", "org/a"), "none");
}
END_TEST

START_TEST(lines_that_cannot_be_read_are_passed_over)
{
	char routes[1024];

	ck_assert_str_eq(choose("\n \none\none \n github.com\none :/\ntwo github.com", "org/a"),
			 "two");
	memset(routes, 'x', sizeof(routes)); /* a socket too long, and a pattern */
	routes[ROUTE_SOCKET_SIZE] = ' ';
	routes[sizeof(routes) - 1] = '\0';
	ck_assert_str_eq(choose(routes, "org/a"), "none");
}
END_TEST

/* A socket of no name would be the directory itself. */
START_TEST(lines_with_a_nul_are_passed_over)
{
	static const uint8_t routes[] = "\0one github.com\ntwo github.com\0\n";
	struct repo_place place;
	char socket[ROUTE_SOCKET_SIZE];

	ck_assert_int_eq(repo_place_set_host(&place, "github.com", 22), 0);
	ck_assert_int_eq(repo_place_set_path(&place, "org/a"), 0);
	ck_assert_int_eq(
		repo_route_choose((struct byte_view){routes, sizeof(routes) - 1}, &place, socket),
		-ENOENT);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_repo_route");

	tcase_add_test(tests, the_longest_match_wins_wherever_it_stands);
	tcase_add_test(tests, of_two_alike_the_first_wins);
	tcase_add_test(tests, without_a_match_there_is_none);
	tcase_add_test(tests, lines_that_cannot_be_read_are_passed_over);
	tcase_add_test(tests, lines_with_a_nul_are_passed_over);
	return unit_main(tests, "shim_repo_route");
}
