#include "common/wildcard.h"

#include <string.h>
#include <time.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static bool matches(const char *pattern, const char *text)
{
	struct byte_view p = exact_copy(pattern, strlen(pattern));
	struct byte_view t = exact_copy(text, strlen(text));
	bool verdict = wildcard_match(p, t);

	exact_free(p);
	exact_free(t);
	return verdict;
}

START_TEST(text_without_wildcards_matches_itself_only)
{
	ck_assert(matches("github.com", "github.com"));
	ck_assert(matches("", ""));
	ck_assert(!matches("", "x"));
	ck_assert(!matches("x", ""));
	ck_assert(!matches("github.com", "github.co"));
	ck_assert(!matches("github.com", "github.comm"));
	ck_assert(!matches("github.com", "GitHub.com"));
	ck_assert(!matches("githubxcom", "github.com"));
}
END_TEST

START_TEST(a_question_mark_is_one_character)
{
	ck_assert(matches("host?", "host1"));
	ck_assert(!matches("host?", "host"));
	ck_assert(!matches("host?", "host12"));
	ck_assert(matches("??", "ab"));
}
END_TEST

START_TEST(a_star_is_any_number_of_characters)
{
	ck_assert(matches("*", ""));
	ck_assert(matches("***", "anything"));
	ck_assert(matches("*.example.com", "a.b.example.com"));
	ck_assert(!matches("*.example.com", "example.com"));
	ck_assert(matches("a*b*c", "aXbXbXc"));
	ck_assert(!matches("a*b*c", "aXbXbX"));
	ck_assert(matches("*?", "x"));
	ck_assert(!matches("*?", ""));
	ck_assert(matches("?*", "x"));
	ck_assert(matches("*aab", "aaaab"));
	ck_assert(matches("*a?b*", "xaabaxb"));
}
END_TEST

/* Where each '*' is tried anew for each place of those before it, this takes years. */
START_TEST(many_stars_take_no_time)
{
	static uint8_t pattern[1000];
	static uint8_t text[1000];
	clock_t start = clock();

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	pattern[sizeof(pattern) - 1] = 'b';
	ck_assert(!wildcard_match((struct byte_view){pattern, sizeof(pattern)},
				  (struct byte_view){text, sizeof(text)}));
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("wildcard");

	tcase_add_test(tests, text_without_wildcards_matches_itself_only);
	tcase_add_test(tests, a_question_mark_is_one_character);
	tcase_add_test(tests, a_star_is_any_number_of_characters);
	tcase_add_test(tests, many_stars_take_no_time);
	return unit_main(tests, "wildcard");
}
