#include "common/repo_pattern.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static int fit_port(const char *pattern, const char *host, uint16_t port, const char *path)
{
	struct repo_place wanted;
	struct repo_place place;

	ck_assert_msg(repo_pattern_parse(pattern, &wanted) == 0, "%s", pattern);
	ck_assert_int_eq(repo_place_set_host(&place, host, port), 0);
	ck_assert_int_eq(repo_place_set_path(&place, path), 0);
	return repo_pattern_fit(&wanted, &place);
}

static bool fits(const char *pattern, const char *host, const char *path)
{
	return fit_port(pattern, host, 22, path) >= 0;
}

START_TEST(one_repository_is_one)
{
	ck_assert(fits("github.com/org/repo", "github.com", "org/repo"));
	ck_assert(!fits("github.com/org/repo", "github.com", "org/repo2"));
	ck_assert(!fits("github.com/org/repo", "github.com", "org/rep"));
	ck_assert(!fits("github.com/org/repo", "github.com", "other/org/repo"));
	ck_assert(!fits("github.com/org/repo", "gitlab.com", "org/repo"));
	ck_assert(!fits("github.com/org/repo", "github.com.evil.org", "org/repo"));
}
END_TEST

START_TEST(what_makes_no_difference_makes_none)
{
	static const char *const paths[] = {
		"org/repo",	  "org/repo.git", "/org/repo.git", "//org/repo/",
		"~/org/repo.git", "/~/org/repo/", "Org/Repo.GIT",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ck_assert_msg(fits("github.com/org/repo", "github.com", paths[i]), "%s", paths[i]);
		ck_assert_msg(fits("GitHub.com/org/repo.git", "github.com", paths[i]), "%s",
			      paths[i]);
	}
	ck_assert(fits("git.sr.ht/~me/repo", "git.sr.ht", "~me/repo"));
	ck_assert(!fits("git.sr.ht/~me/repo", "git.sr.ht", "me/repo"));
	ck_assert(fits("h/.git", "h", "/.git"));
	ck_assert(fits("h/a/.git", "h", "a/.git"));
	ck_assert(!fits("h/a", "g", "a/.git"));
}
END_TEST

START_TEST(a_pattern_is_for_all_below_it)
{
	ck_assert(fits("github.com/org", "github.com", "org/repo"));
	ck_assert(fits("github.com/org", "github.com", "org/group/repo"));
	ck_assert(!fits("github.com/org", "github.com", "organisation/repo"));
	ck_assert(fits("github.com", "github.com", "org/repo"));
	ck_assert(fits("github.com/", "github.com", "org/repo"));
}
END_TEST

START_TEST(a_star_stays_within_a_name_and_two_go_on)
{
	ck_assert(fits("h/org/*", "h", "org/repo"));
	ck_assert(fits("h/org/lib-*", "h", "org/lib-a"));
	ck_assert(!fits("h/org/lib-*", "h", "org/app"));
	ck_assert(!fits("h/*/secret", "h", "a/b/secret"));
	ck_assert(fits("h/**/secret", "h", "a/b/secret"));
	ck_assert(fits("h/a*b*c", "h", "axbxbxc"));
	ck_assert(!fits("h/a*b*d", "h", "axbxbxc"));
	ck_assert(fits("h/**x*y", "h", "a/x/b/xqy"));
	ck_assert(fits("h/?rg/repo", "h", "org/repo"));
	ck_assert(!fits("h/org?repo", "h", "org/repo"));
	ck_assert(fits("*.example.com/a", "git.example.com", "a"));
	ck_assert(fits("*/a", "whatever", "a"));
	ck_assert(!fits("*.example.com/a", "example.com", "a"));
}
END_TEST

START_TEST(a_port_counts_where_it_is_named)
{
	ck_assert_int_ge(fit_port("h/a", "h", 2222, "a"), 0);
	ck_assert_int_ge(fit_port("h:2222/a", "h", 2222, "a"), 0);
	ck_assert_int_eq(fit_port("h:2222/a", "h", 22, "a"), -ENOENT);
	ck_assert_int_ge(fit_port("[fe80::1]:2222/a", "fe80::1", 2222, "a"), 0);
	ck_assert_int_ge(fit_port("[fe80::1]/a", "FE80::1", 22, "a"), 0);
	ck_assert_int_gt(fit_port("h:2222/a", "h", 2222, "a"), fit_port("h/a", "h", 2222, "a"));
}
END_TEST

START_TEST(what_is_spelled_out_fits_more_closely)
{
	ck_assert_int_gt(fit_port("h/org/repo", "h", 22, "org/repo"),
			 fit_port("h/org/*", "h", 22, "org/repo"));
	ck_assert_int_gt(fit_port("h/org/r*", "h", 22, "org/repo"),
			 fit_port("h/org/**********", "h", 22, "org/repo"));
	ck_assert_int_gt(fit_port("h/org", "h", 22, "org/repo"),
			 fit_port("h", "h", 22, "org/repo"));
	ck_assert_int_gt(fit_port("h", "h", 22, "org/repo"), fit_port("**", "h", 22, "org/repo"));
}
END_TEST

START_TEST(what_is_no_pattern_is_refused)
{
	static const char *const wrong[] = {
		"",	     "/org/repo", ":22/a",   "h:/a",	      "h:0/a",
		"h:65536/a", "h:x/a",	  "[::1/a",  "[]/a",	      "[::1]x/a",
		"h/a b",     "h/a\nb",	  "h/a\x7f", "h:123456789/a", "\th/a",
	};
	struct repo_place place;
	char text[REPO_PATTERN_MAX + 2];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(repo_pattern_parse(wrong[i], &place) == -EINVAL, "%s", wrong[i]);
	memset(text, 'a', sizeof(text));
	text[1] = '/';
	text[REPO_PATTERN_MAX] = '\0';
	ck_assert_int_eq(repo_pattern_parse(text, &place), 0);
	text[REPO_PATTERN_MAX] = 'a';
	text[REPO_PATTERN_MAX + 1] = '\0';
	ck_assert_int_eq(repo_pattern_parse(text, &place), -EINVAL);
}
END_TEST

START_TEST(places_that_do_not_fit_are_too_long)
{
	struct repo_place place;
	char text[REPO_PATH_SIZE + 1];

	memset(text, 'a', sizeof(text));
	text[REPO_PATH_SIZE] = '\0';
	ck_assert_int_eq(repo_place_set_path(&place, text), -ENAMETOOLONG);
	ck_assert_int_eq(repo_place_set_path(&place, text + 1), 0);
	text[REPO_HOST_SIZE] = '\0';
	ck_assert_int_eq(repo_place_set_host(&place, text, 22), -ENAMETOOLONG);
	ck_assert_int_eq(repo_place_set_host(&place, text + 1, 22), 0);
}
END_TEST

START_TEST(many_stars_take_no_time)
{
	char pattern[REPO_PATTERN_MAX + 1] = "h/";
	char path[REPO_PATH_SIZE];

	while (strlen(pattern) + 6 < sizeof(pattern))
		strcat(pattern, strlen(pattern) % 2 == 0 ? "*a" : "**a");
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	ck_assert(fits(pattern, "h", path));
	strcat(pattern, "b");
	ck_assert(!fits(pattern, "h", path)); /* in a second, or check ends the test */
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("repo_pattern");

	tcase_add_test(tests, one_repository_is_one);
	tcase_add_test(tests, what_makes_no_difference_makes_none);
	tcase_add_test(tests, a_pattern_is_for_all_below_it);
	tcase_add_test(tests, a_star_stays_within_a_name_and_two_go_on);
	tcase_add_test(tests, a_port_counts_where_it_is_named);
	tcase_add_test(tests, what_is_spelled_out_fits_more_closely);
	tcase_add_test(tests, what_is_no_pattern_is_refused);
	tcase_add_test(tests, places_that_do_not_fit_are_too_long);
	tcase_add_test(tests, many_stars_take_no_time);
	return unit_main(tests, "repo_pattern");
}
