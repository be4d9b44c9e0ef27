#include "agentd/mint.h"

#include <errno.h>
#include <stdio.h>

#include "agentd/seal.h"
#include "tests/support/unit.h"

enum { NOW_S = 1000000, PORT = 4711 };

static struct mint_request request;
static char reason[MINT_REASON_MAX];
static struct secret secret;
static uint8_t host_key_hash[TOKEN_FINGERPRINT_LEN];

static void setup(void)
{
	request = (struct mint_request){0};
	ck_assert_int_eq(secret_generate(&secret), 0);
	memset(host_key_hash, 0x5a, sizeof(host_key_hash));
}

static int mint_text(struct byte_buf *text)
{
	byte_buf_init(text, TOKEN_TEXT_MAX);
	return mint_token(&request, &secret, host_key_hash, PORT, NOW_S, text);
}

/* Mints what is asked for, and reads it back. */
static struct token mint(void)
{
	struct token token;
	struct byte_buf text;

	ck_assert_int_eq(mint_text(&text), 0);
	ck_assert_int_eq(token_parse(byte_buf_view(&text), &token), 0);
	byte_buf_deinit(&text);
	return token;
}

START_TEST(a_token_says_what_was_asked_for)
{
	struct token token;

	ck_assert_int_eq(mint_add_id(&request, "one", reason), 0);
	ck_assert_int_eq(mint_add_id(&request, "two", reason), 0);
	ck_assert_int_eq(mint_add_secret(&request, "npmrc", reason), 0);
	ck_assert_int_eq(mint_set_name(&request, "nightly", reason), 0);
	ck_assert_int_eq(mint_set_lifetime(&request, "15m", reason), 0);
	ck_assert_int_eq(mint_set_max_signatures(&request, "50", reason), 0);
	token = mint();
	ck_assert_uint_eq(token.port, PORT);
	ck_assert_uint_eq(token.expiry_s, NOW_S + 15 * 60);
	ck_assert_uint_eq(token.max_signatures, 50);
	ck_assert_mem_eq(token.fingerprint, host_key_hash, sizeof(host_key_hash));
	ck_assert_str_eq(token.name, "nightly");
	ck_assert_uint_eq(token.id_count, 2);
	ck_assert_str_eq(token.ids[0], "one");
	ck_assert_str_eq(token.ids[1], "two");
	ck_assert_uint_eq(token.secret_count, 1);
	ck_assert_str_eq(token.secrets[0], "npmrc");
	ck_assert(seal_is_good(&token, &secret));
}
END_TEST

START_TEST(a_token_of_nothing_asked_covers_all_without_end)
{
	struct token token = mint();

	ck_assert_uint_eq(token.expiry_s, 0);
	ck_assert_uint_eq(token.max_signatures, 0);
	ck_assert_uint_eq(token.id_count, 0);
	ck_assert_uint_eq(strlen(token.name), strlen("t123456"));
	ck_assert_int_eq(token.name[0], 't');
}
END_TEST

START_TEST(no_two_tokens_of_a_run_are_the_same)
{
	struct token first = mint();
	struct token second = mint();

	ck_assert_mem_ne(first.serial, second.serial, TOKEN_SERIAL_LEN);
	ck_assert_str_ne(first.name, second.name);
}
END_TEST

START_TEST(a_lasting_token_is_the_same_each_time)
{
	struct byte_buf first;
	struct byte_buf second;

	secret.lasts = true;
	ck_assert_int_eq(mint_text(&first), 0);
	ck_assert_int_eq(mint_text(&second), 0);
	ck_assert(view_equal(byte_buf_view(&first), byte_buf_view(&second)));
	byte_buf_deinit(&first);
	byte_buf_deinit(&second);
	ck_assert_str_eq(mint().name, "lasting");
}
END_TEST

/* Or the signatures of one would be counted for the other. */
START_TEST(lasting_tokens_with_expiry_or_limit_have_serials_of_their_own)
{
	struct token first;
	struct token second;

	secret.lasts = true;
	ck_assert_int_eq(mint_set_max_signatures(&request, "1", reason), 0);
	first = mint();
	second = mint();
	ck_assert_mem_ne(first.serial, second.serial, TOKEN_SERIAL_LEN);
	request = (struct mint_request){.lifetime_s = 60};
	first = mint();
	second = mint();
	ck_assert_mem_ne(first.serial, second.serial, TOKEN_SERIAL_LEN);
}
END_TEST

START_TEST(lifetimes_have_units)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} lifetimes[] = {
		{"1", 1},	{"30s", 30}, {"15m", 900}, {"2h", 7200},
		{"7d", 604800}, {"90", 90},  {"05m", 300}, {"36600d", UINT64_C(36600) * 86400},
	};

	for (size_t i = 0; i < sizeof(lifetimes) / sizeof(lifetimes[0]); i++) {
		ck_assert_int_eq(mint_set_lifetime(&request, lifetimes[i].text, reason), 0);
		ck_assert_uint_eq(request.lifetime_s, lifetimes[i].seconds);
	}
}
END_TEST

START_TEST(what_is_no_lifetime_is_refused)
{
	static const char *const texts[] = {
		"",
		"0",
		"0m",
		"m",
		"-1",
		"+1",
		" 1",
		"1 m",
		"1.5h",
		"15min",
		"1w",
		"36601d",
		"18446744073709551617",
		"18446744073709551615",
		"213503982334601d",
		"1M",
	};

	request.lifetime_s = 77;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		reason[0] = '\0';
		ck_assert_msg(mint_set_lifetime(&request, texts[i], reason) == -EINVAL, "%s",
			      texts[i]);
		ck_assert_str_ne(reason, "");
	}
	ck_assert_uint_eq(request.lifetime_s, 77);
}
END_TEST

START_TEST(signatures_are_counted_from_one)
{
	static const char *const texts[] = {
		"", "0", "-1", "+1", " 1", "1x", "x", "4294967296", "18446744073709551617",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(mint_set_max_signatures(&request, texts[i], reason) == -EINVAL, "%s",
			      texts[i]);
	ck_assert_int_eq(mint_set_max_signatures(&request, "1", reason), 0);
	ck_assert_int_eq(mint_set_max_signatures(&request, "09", reason), 0);
	ck_assert_int_eq(mint_set_max_signatures(&request, "90", reason), 0);
	ck_assert_uint_eq(request.max_signatures, 90);
	ck_assert_int_eq(mint_set_max_signatures(&request, "4294967295", reason), 0);
	ck_assert_uint_eq(request.max_signatures, UINT32_MAX);
}
END_TEST

START_TEST(names_and_ids_are_plain)
{
	static const char *const texts[] = {
		"",    " ",
		"a b", ".a",
		"-a",  "a/b",
		"a\n", "a1234567890123456789012345678901234567890123456789012345678901234",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_msg(mint_set_name(&request, texts[i], reason) == -EINVAL, "%s", texts[i]);
		ck_assert_msg(mint_add_id(&request, texts[i], reason) == -EINVAL, "%s", texts[i]);
	}
	ck_assert_uint_eq(request.id_count, 0);
	ck_assert_str_eq(request.name, "");
}
END_TEST

START_TEST(a_token_names_as_many_ids_as_fit_and_no_more)
{
	char id[8];

	for (int i = 0; i < TOKEN_IDS_MAX; i++) {
		snprintf(id, sizeof(id), "id%d", i);
		ck_assert_int_eq(mint_add_id(&request, id, reason), 0);
	}
	ck_assert_int_eq(mint_add_id(&request, "more", reason), -EINVAL);
	ck_assert_uint_eq(mint().id_count, TOKEN_IDS_MAX);
}
END_TEST

START_TEST(the_longest_token_has_room)
{
	char id[ID_NAME_MAX + 1];

	memset(id, 'x', ID_NAME_MAX);
	id[ID_NAME_MAX] = '\0';
	for (int i = 0; i < TOKEN_IDS_MAX; i++)
		ck_assert_int_eq(mint_add_id(&request, id, reason), 0);
	ck_assert_int_eq(mint_set_name(&request, id, reason), 0);
	ck_assert(seal_is_good((struct token[]){mint()}, &secret));
}
END_TEST

START_TEST(a_text_that_cannot_hold_the_token_is_an_error)
{
	struct byte_buf text;

	byte_buf_init(&text, 16);
	ck_assert_int_eq(mint_token(&request, &secret, host_key_hash, PORT, NOW_S, &text), -EIO);
	byte_buf_deinit(&text);
}
END_TEST

static struct revocations revoked;

static void revoke(const char *name)
{
	ck_assert_int_eq(revocations_add(&revoked, name), 0);
}

static void revocations_tear_down(void)
{
	revocations_deinit(&revoked);
}

static int settle_name(void)
{
	return mint_settle_name(&request, &secret, &revoked, reason);
}

START_TEST(a_name_that_was_revoked_is_given_to_no_token)
{
	ck_assert_int_eq(mint_set_name(&request, "nightly", reason), 0);
	ck_assert_int_eq(settle_name(), 0);
	revoke("daily");
	ck_assert_int_eq(settle_name(), 0);
	revoke("nightly");
	ck_assert_int_eq(settle_name(), -EPERM);
	ck_assert_str_eq(reason,
			 "tokens of the name \"nightly\" were revoked; choose another name, "
			 "with --name");
	ck_assert_str_eq(request.name, "nightly");
}
END_TEST

START_TEST(a_lasting_token_after_a_revoked_one_has_the_next_name)
{
	secret.lasts = true;
	ck_assert_int_eq(settle_name(), 0);
	ck_assert_str_eq(mint().name, "lasting");
	revoke("lasting");
	ck_assert_int_eq(settle_name(), 0);
	ck_assert_str_eq(mint().name, "lasting-2");
	ck_assert_str_eq(request.minted_name, "lasting-2");
	revoke("lasting-2");
	revoke("lasting-3");
	revoke("lasting-5");
	request = (struct mint_request){0};
	ck_assert_int_eq(settle_name(), 0);
	ck_assert_str_eq(mint().name, "lasting-4");
}
END_TEST

START_TEST(other_tokens_are_not_renamed_for_a_lasting_one)
{
	revoke("lasting");
	ck_assert_int_eq(settle_name(), 0); /* of this run only */
	ck_assert_str_eq(request.name, "");
	secret.lasts = true;
	request.max_signatures = 1;
	ck_assert_int_eq(settle_name(), 0);
	ck_assert_str_eq(request.name, "");
	request = (struct mint_request){0};
	ck_assert_int_eq(mint_set_name(&request, "nightly", reason), 0);
	ck_assert_int_eq(settle_name(), 0);
	ck_assert_str_eq(mint().name, "nightly");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("mint");

	tcase_add_checked_fixture(tests, setup, revocations_tear_down);
	tcase_add_test(tests, a_token_says_what_was_asked_for);
	tcase_add_test(tests, a_token_of_nothing_asked_covers_all_without_end);
	tcase_add_test(tests, no_two_tokens_of_a_run_are_the_same);
	tcase_add_test(tests, a_lasting_token_is_the_same_each_time);
	tcase_add_test(tests, lasting_tokens_with_expiry_or_limit_have_serials_of_their_own);
	tcase_add_test(tests, lifetimes_have_units);
	tcase_add_test(tests, what_is_no_lifetime_is_refused);
	tcase_add_test(tests, signatures_are_counted_from_one);
	tcase_add_test(tests, names_and_ids_are_plain);
	tcase_add_test(tests, a_token_names_as_many_ids_as_fit_and_no_more);
	tcase_add_test(tests, the_longest_token_has_room);
	tcase_add_test(tests, a_text_that_cannot_hold_the_token_is_an_error);
	tcase_add_test(tests, a_name_that_was_revoked_is_given_to_no_token);
	tcase_add_test(tests, a_lasting_token_after_a_revoked_one_has_the_next_name);
	tcase_add_test(tests, other_tokens_are_not_renamed_for_a_lasting_one);
	return unit_main(tests, "mint");
}
