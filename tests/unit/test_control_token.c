/*
 * "token" on the control socket: what is asked for is in the token, and what cannot be had is told.
 */
#include "agentd/control_token.h"

#include "agentd/seal.h"
#include "tests/support/control_world.h"

static void expect(const char *words, const char *expected)
{
	ask(control_token, words);
	ck_assert_str_eq(answer, expected);
}

/* The token that the daemon makes of these words. */
static struct token token_of(const char *words)
{
	struct token token;

	ask(control_token, words);
	ck_assert_msg(strncmp(answer, "ok ", 3) == 0, "%s", answer);
	ck_assert_int_eq(token_parse(view_of(answer + 3), &token), 0);
	ck_assert(seal_is_good(&token, &front.access.secret));
	return token;
}

START_TEST(each_word_is_in_the_token)
{
	uint64_t now_s = lease_wall_clock_s();
	struct token token =
		token_of("id=one id=two secret=npmrc name=nightly expires=15m max-signatures=50");

	ck_assert_uint_eq(token.port, WORLD_PORT);
	ck_assert_mem_eq(token.fingerprint, front.access.host_key_hash, sizeof(token.fingerprint));
	ck_assert_uint_eq(token.id_count, 2);
	ck_assert_str_eq(token.ids[0], "one");
	ck_assert_str_eq(token.ids[1], "two");
	ck_assert_uint_eq(token.secret_count, 1);
	ck_assert_str_eq(token.secrets[0], "npmrc");
	ck_assert_str_eq(token.name, "nightly");
	ck_assert_uint_eq(token.max_signatures, 50);
	ck_assert_uint_ge(token.expiry_s, now_s + 15 * 60);
	ck_assert_uint_le(token.expiry_s, lease_wall_clock_s() + 15 * 60);
}
END_TEST

START_TEST(without_words_it_is_for_all_and_without_end)
{
	struct token token = token_of(NULL);

	ck_assert_uint_eq(token.id_count + token.secret_count, 0);
	ck_assert_uint_eq(token.expiry_s, 0);
	ck_assert_uint_eq(token.max_signatures, 0);
}
END_TEST

START_TEST(what_is_not_offered_is_in_no_token)
{
	expect("id=three", "error id \"three\" is not offered by this daemon");
	expect("id=one id=npmrc", "error id \"npmrc\" is not offered by this daemon");
	expect("id=\033[2J", "error id \"\\x1b[2J\" is not offered by this daemon");
	expect("secret=\033", "error the secret \"\\x1b\" is not offered by this daemon");
	expect("secret=one", "error the secret \"one\" is not offered by this daemon");
}
END_TEST

START_TEST(words_that_are_wrong_are_told)
{
	static const char *const words[][2] = {
		{"name=a/b", "error a token's name is up to 64 letters"},
		{"expires=soon", "error an expiry is a number with s, m, h or d behind it"},
		{"max-signatures=0", "error the number of signatures is 1 or more"},
		{"id", "error the daemon does not understand \"id\""},
		{"name", "error the daemon does not understand \"name\""},
		{"ids=one", "error the daemon does not understand \"ids\""},
		{"\033=one", "error the daemon does not understand \"\\x1b\""},
		{"id=one =one", "error the daemon does not understand \"\""},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		ask(control_token, words[i][0]);
		ck_assert_msg(strncmp(answer, words[i][1], strlen(words[i][1])) == 0, "%s: %s",
			      words[i][0], answer);
		ck_assert_ptr_null(strstr(answer, "sfa1_"));
	}
	ck_assert_uint_eq(records_with("token-minted"), 0);
}
END_TEST

START_TEST(a_name_that_was_revoked_is_in_no_token)
{
	ck_assert_int_eq(revocations_add(&front.access.revoked, "stolen"), 0);
	expect("name=stolen", "error tokens of the name \"stolen\" were revoked; choose another "
			      "name, with --name");
	ck_assert_str_eq(token_of("name=other").name, "other");
}
END_TEST

START_TEST(without_a_port_no_token_is_needed)
{
	front.port_hint = 0;
	expect("", "error this daemon listens on Unix sockets only; they need no token");
	ck_assert_uint_eq(records_with("token-minted"), 0);
}
END_TEST

/* A name for each of ids and secrets, of the greatest length. */
static size_t name_all(char *words, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < TOKEN_IDS_MAX; i++) {
		char name[ID_NAME_MAX + 1];
		char spec[ID_NAME_MAX + sizeof("=agent.sock")];

		snprintf(name, sizeof(name), "%0*d", ID_NAME_MAX, i);
		snprintf(spec, sizeof(spec), "%s=agent.sock", name);
		ck_assert_int_eq(source_add_agent(&front.sources, spec), 0);
		add_secret(name);
		len += (size_t)snprintf(words + len, size - len, "id=%s secret=%s ", name, name);
	}
	return len;
}

START_TEST(more_than_a_token_holds_is_told)
{
	static char words[2 * TOKEN_IDS_MAX * (ID_NAME_MAX + sizeof("secret= "))];

	ck_assert_uint_lt(name_all(words, sizeof(words)), sizeof(words));
	expect(words, "error the token could not be made; does it name too much?");
	ck_assert_uint_eq(records_with("token-minted"), 0);
}
END_TEST

START_TEST(what_is_made_is_on_record)
{
	struct token token = token_of("id=one name=nightly expires=15m");
	char expires[64];
	time_t expiry = (time_t)token.expiry_s;

	token_of("name=lasting");
	ck_assert_uint_eq(records_with("\"token\":\"nightly\",\"ids\":[\"one\"]"), 1);
	ck_assert_uint_gt(strftime(expires, sizeof(expires), "\"expires\":\"%Y-%m-%dT%H:%M:%S",
				   gmtime(&expiry)),
			  0);
	ck_assert_uint_eq(records_with(expires), 1);
	ck_assert_uint_eq(records_with("\"token\":\"lasting\",\"ids\":null"), 1);
	ck_assert_uint_eq(records_with("\"expires\":null"), 1);
	ck_assert_uint_eq(records_with("sfa1_"), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("control_token");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_word_is_in_the_token);
	tcase_add_test(tests, without_words_it_is_for_all_and_without_end);
	tcase_add_test(tests, what_is_not_offered_is_in_no_token);
	tcase_add_test(tests, words_that_are_wrong_are_told);
	tcase_add_test(tests, a_name_that_was_revoked_is_in_no_token);
	tcase_add_test(tests, without_a_port_no_token_is_needed);
	tcase_add_test(tests, more_than_a_token_holds_is_told);
	tcase_add_test(tests, what_is_made_is_on_record);
	return unit_main(tests, "control_token");
}
