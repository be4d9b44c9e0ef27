#include "agentd/lease.h"

#include "agentd/grant.h"

#include <stdio.h>
#include <time.h>

#include "tests/support/unit.h"

static struct lease_book book;
static time_t wall_clock = 1800000000; /* as somebody has set it */

/* libc's, for this program. */
time_t time(time_t *out)
{
	if (out != NULL)
		*out = wall_clock;
	return wall_clock;
}

static void book_deinit(void)
{
	lease_book_deinit(&book);
	ck_assert_ptr_null(book.first);
}

/* A token that allows max signatures, of a serial whose last byte is given. */
static struct token make_token(uint8_t serial, uint32_t max)
{
	struct token token = {.max_signatures = max, .name = "build"};

	token.serial[TOKEN_SERIAL_LEN - 1] = serial;
	return token;
}

START_TEST(a_lease_gives_what_it_has_and_no_more)
{
	struct token token = make_token(1, 3);
	struct lease *lease = lease_of_token(&book, &token);

	for (int i = 0; i < 3; i++)
		ck_assert(lease_take(lease));
	ck_assert(!lease_take(lease));
	ck_assert(!lease_take(lease));
	ck_assert_uint_eq(lease->used, 3);
}
END_TEST

START_TEST(a_token_shown_again_has_the_same_lease)
{
	struct token token = make_token(1, 2);
	struct lease *lease = lease_of_token(&book, &token);

	ck_assert(lease_take(lease));
	ck_assert_ptr_eq(lease_of_token(&book, &token), lease);
	ck_assert(lease_take(lease_of_token(&book, &token)));
	ck_assert(!lease_take(lease_of_token(&book, &token)));
}
END_TEST

START_TEST(tokens_of_different_serials_have_leases_of_their_own)
{
	struct token first = make_token(1, 1);
	struct token second = make_token(2, 1);

	ck_assert(lease_take(lease_of_token(&book, &first)));
	ck_assert(lease_take(lease_of_token(&book, &second)));
	ck_assert(!lease_take(lease_of_token(&book, &first)));
	ck_assert(!lease_take(lease_of_token(&book, &second)));
}
END_TEST

START_TEST(a_grant_with_a_lease_counts_and_ends)
{
	struct token token = make_token(1, 1);
	struct grant grant = {
		.has_token = true, .token = token, .lease = lease_of_token(&book, &token)};

	ck_assert_ptr_null(grant_take_signature(&grant));
	ck_assert_str_eq(grant_take_signature(&grant), "the token's signatures are used up");
}
END_TEST

START_TEST(a_grant_without_a_lease_never_ends)
{
	struct grant grant = {0};

	for (int i = 0; i < 1000; i++)
		ck_assert_ptr_null(grant_take_signature(&grant));
}
END_TEST

START_TEST(a_grant_ends_in_the_second_its_token_expires)
{
	struct grant grant = {.has_token = true, .token = {.expiry_s = 1000}};

	ck_assert_ptr_null(grant_check(&grant, 0));
	ck_assert_ptr_null(grant_check(&grant, 999));
	ck_assert_ptr_nonnull(grant_check(&grant, 1000));
	ck_assert_ptr_nonnull(grant_check(&grant, UINT64_MAX));
}
END_TEST

START_TEST(a_grant_without_expiry_or_without_token_does_not_expire)
{
	struct grant forever = {.has_token = true};
	struct grant trusted = {.token = {.expiry_s = 1}};

	ck_assert_ptr_null(grant_check(&forever, UINT64_MAX));
	ck_assert_ptr_null(grant_check(&trusted, UINT64_MAX));
}
END_TEST

START_TEST(a_grant_covers_the_ids_of_its_token)
{
	struct grant scoped = {.has_token = true, .token = {.id_count = 2, .ids = {"one", "two"}}};
	struct grant all = {.has_token = true};
	struct grant trusted = {.token = {.id_count = 1, .ids = {"one"}}};

	ck_assert(grant_covers(&scoped, "one"));
	ck_assert(grant_covers(&scoped, "two"));
	ck_assert(!grant_covers(&scoped, "three"));
	ck_assert(!grant_covers(&scoped, "on"));
	ck_assert(!grant_covers(&scoped, "onee"));
	ck_assert(!grant_covers(&scoped, ""));
	ck_assert(grant_covers(&all, "three"));
	ck_assert(grant_covers(&trusted, "three"));
}
END_TEST

START_TEST(a_grant_is_called_after_its_token)
{
	struct grant named = {.has_token = true, .token = {.name = "build"}};
	struct grant trusted = {.token = {.name = "left over"}};

	ck_assert_str_eq(grant_name(&named), "build");
	ck_assert_str_eq(grant_name(&trusted), "-");
}
END_TEST

START_TEST(an_id_ends_with_its_time)
{
	const struct id_lease lease = {.begun_s = 100};

	ck_assert_ptr_null(id_lease_check(&lease, 60, 159));
	ck_assert_pstr_eq(id_lease_check(&lease, 60, 160), "the id's time is over (lifetime)");
	ck_assert_ptr_null(id_lease_check(&lease, 0, UINT64_MAX)); /* no end */
}
END_TEST

START_TEST(an_id_ends_with_its_signatures)
{
	struct id_lease lease = {.used = 1};

	ck_assert_ptr_null(id_lease_check_signature(&lease, 2));
	lease.used = 2;
	ck_assert_pstr_eq(id_lease_check_signature(&lease, 2),
			  "the id's signatures are used up (max-signatures)");
	ck_assert_ptr_null(id_lease_check_signature(&lease, 0)); /* no limit */
}
END_TEST

START_TEST(a_grant_covers_the_secrets_of_its_token)
{
	struct grant scoped = {.has_token = true,
			       .token = {.secret_count = 1, .secrets = {"npmrc"}}};
	struct grant open = {0};

	ck_assert(grant_covers_secret(&scoped, "npmrc"));
	ck_assert(!grant_covers_secret(&scoped, "pypirc"));
	ck_assert(!grant_covers(&scoped, "one"));
	ck_assert(grant_covers_secret(&open, "pypirc"));
}
END_TEST

static bool is_same_build(const char *peer_a, const char *peer_b, const char *name_b)
{
	struct grant a = {.has_token = true, .token = {.name = "build"}};
	struct grant b = {.has_token = name_b != NULL};

	snprintf(a.peer, sizeof(a.peer), "%s", peer_a);
	snprintf(b.peer, sizeof(b.peer), "%s", peer_b);
	if (name_b != NULL)
		snprintf(b.token.name, sizeof(b.token.name), "%s", name_b);
	return grant_is_same_build(&a, &b);
}

START_TEST(grants_of_one_address_and_one_token_name_are_one_build)
{
	ck_assert(is_same_build("172.17.0.2:4711", "172.17.0.2:4712", "build"));
	ck_assert(is_same_build("[fd00::2]:4711", "[fd00::2]:9", "build"));
	ck_assert(is_same_build("uid 1000, pid 1", "uid 1000, pid 23", "build"));
	ck_assert(is_same_build("somebody", "somebody", "build"));
	ck_assert(!is_same_build("172.17.0.2:4711", "172.17.0.3:4711", "build"));
	ck_assert(!is_same_build("172.17.0.2:4711", "172.17.0.22:4711", "build"));
	ck_assert(!is_same_build("172.17.0.22:4711", "172.17.0.2:4711", "build"));
	ck_assert(!is_same_build("uid 1000, pid 1", "uid 1001, pid 1", "build"));
	ck_assert(!is_same_build("somebody", "somebodx", "build"));
	ck_assert(!is_same_build("172.17.0.2:4711", "172.17.0.2:4711", "other"));
	ck_assert(!is_same_build("172.17.0.2:4711", "172.17.0.2:4711", NULL));
}
END_TEST

START_TEST(wall_clock_runs_on_where_it_is_set_back)
{
	uint64_t first_s = lease_wall_clock_s();

	ck_assert_uint_eq(first_s, 1800000000);
	wall_clock -= 3600;
	ck_assert_uint_ge(lease_wall_clock_s(), first_s);
	ck_assert_uint_le(lease_wall_clock_s(), first_s + 60);
	wall_clock += 7200;
	ck_assert_uint_eq(lease_wall_clock_s(), first_s + 3600);
}
END_TEST

START_TEST(the_last_who_holds_it_frees_it)
{
	struct id_lease *lease = id_lease_new();
	uint64_t now_s = lease_clock_s();

	ck_assert_ptr_nonnull(lease);
	ck_assert(now_s - lease->begun_s <= 1);
	ck_assert_ptr_eq(id_lease_share(lease), lease);
	ck_assert_uint_eq(lease->holder_count, 2);
	id_lease_release(lease);
	ck_assert_uint_eq(lease->holder_count, 1);
	id_lease_release(lease); /* and no leak, as the sanitizer knows */
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("lease");

	tcase_add_checked_fixture(tests, NULL, book_deinit);
	tcase_add_test(tests, a_lease_gives_what_it_has_and_no_more);
	tcase_add_test(tests, a_token_shown_again_has_the_same_lease);
	tcase_add_test(tests, tokens_of_different_serials_have_leases_of_their_own);
	tcase_add_test(tests, a_grant_with_a_lease_counts_and_ends);
	tcase_add_test(tests, a_grant_without_a_lease_never_ends);
	tcase_add_test(tests, a_grant_ends_in_the_second_its_token_expires);
	tcase_add_test(tests, a_grant_without_expiry_or_without_token_does_not_expire);
	tcase_add_test(tests, a_grant_covers_the_ids_of_its_token);
	tcase_add_test(tests, a_grant_is_called_after_its_token);
	tcase_add_test(tests, an_id_ends_with_its_time);
	tcase_add_test(tests, an_id_ends_with_its_signatures);
	tcase_add_test(tests, a_grant_covers_the_secrets_of_its_token);
	tcase_add_test(tests, grants_of_one_address_and_one_token_name_are_one_build);
	tcase_add_test(tests, wall_clock_runs_on_where_it_is_set_back);
	tcase_add_test(tests, the_last_who_holds_it_frees_it);
	return unit_main(tests, "lease");
}
