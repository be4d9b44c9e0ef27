#include "agentd/access.h"

#include <errno.h>

#include "agentd/mint.h"
#include "agentd/seal.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { NOW_S = 1000000 };

static struct access access_;
static struct grant grant;
static char reason[ACCESS_REASON_MAX];

static void setup(void)
{
	said_begin();
	access_ = (struct access){0};
	grant = (struct grant){.peer = "peer"};
	reason[0] = '\0';
	ck_assert_int_eq(secret_generate(&access_.secret), 0);
}

static void teardown(void)
{
	access_deinit(&access_);
}

/* The text of a token of these, minted at NOW_S. */
static void mint(struct byte_buf *text, uint64_t lifetime_s, uint32_t max_signatures)
{
	struct mint_request request = {.name = "build",
				       .lifetime_s = lifetime_s,
				       .max_signatures = max_signatures,
				       .id_count = 1,
				       .ids = {"one"}};

	byte_buf_init(text, TOKEN_TEXT_MAX);
	ck_assert_int_eq(
		mint_token(&request, &access_.secret, access_.host_key_hash, 2522, NOW_S, text), 0);
}

static bool login(const struct byte_buf *text, uint64_t now_s)
{
	return access_login(&access_, byte_buf_view(text), now_s, &grant, reason);
}

static bool login_text(const char *text)
{
	return access_login(&access_, view_of(text), NOW_S, &grant, reason);
}

static bool is_allowed(const char *address)
{
	struct sockaddr_storage peer;

	ck_assert_int_eq(address_parse(address, 0, &peer), 0);
	return access_is_allowed(&access_, (struct sockaddr *)&peer);
}

START_TEST(a_token_of_ours_lets_in)
{
	struct byte_buf text;

	mint(&text, 0, 0);
	ck_assert(login(&text, NOW_S));
	ck_assert(grant.has_token);
	ck_assert_str_eq(grant.token.name, "build");
	ck_assert_str_eq(grant.token.ids[0], "one");
	ck_assert_str_eq(grant.peer, "peer"); /* kept */
	ck_assert_ptr_null(grant.lease);
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(a_token_of_another_daemon_does_not)
{
	struct secret ours = access_.secret;
	struct byte_buf text;

	ck_assert_int_eq(secret_generate(&access_.secret), 0);
	mint(&text, 0, 0);
	access_.secret = ours;
	ck_assert(!login(&text, NOW_S));
	ck_assert(!grant.has_token);
	ck_assert_ptr_nonnull(strstr(reason, "not one of this daemon's"));
	ck_assert_ptr_null(strstr(reason, "build"));
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(a_token_of_a_revoked_name_does_not)
{
	struct byte_buf text;

	mint(&text, 0, 0);
	ck_assert_int_eq(revocations_add(&access_.revoked, "buil"), 0);
	ck_assert(login(&text, NOW_S));
	grant.has_token = false;
	ck_assert_int_eq(revocations_add(&access_.revoked, "build"), 0);
	ck_assert(!login(&text, NOW_S));
	ck_assert(!grant.has_token);
	ck_assert_ptr_nonnull(strstr(reason, "\"build\" was revoked"));
	byte_buf_deinit(&text);
}
END_TEST

/* Fields, one by one; the text with each character changed is the next test. */
START_TEST(the_seal_covers_every_field)
{
	struct token good;
	struct token changed[9];
	struct byte_buf text;

	mint(&text, 60, 5);
	ck_assert_int_eq(token_parse(byte_buf_view(&text), &good), 0);
	ck_assert(seal_is_good(&good, &access_.secret));
	byte_buf_deinit(&text);
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		changed[i] = good;
	changed[0].port++;
	changed[1].expiry_s++;
	changed[2].max_signatures++;
	changed[3].fingerprint[TOKEN_FINGERPRINT_LEN - 1] ^= 1;
	changed[4].serial[TOKEN_SERIAL_LEN - 1] ^= 1;
	changed[5].name[0] = 'B';
	changed[6].ids[0][0] = 'O';
	changed[7].id_count = 0;
	changed[8].seal[TOKEN_SEAL_LEN - 1] ^= 1;
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		ck_assert_msg(!seal_is_good(&changed[i], &access_.secret), "change %zu", i);
}
END_TEST

START_TEST(a_text_with_any_character_changed_does_not_let_in)
{
	struct byte_buf text;
	size_t refused_by_seal = 0;

	mint(&text, 0, 0);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t was = text.data[i];

		text.data[i] = was == 'B' ? 'C' : 'B';
		ck_assert_msg(!login(&text, NOW_S), "character %zu", i);
		refused_by_seal += strstr(reason, "not one of this daemon's") != NULL;
		text.data[i] = was;
	}
	ck_assert_uint_gt(refused_by_seal, text.len / 2);
	ck_assert(login(&text, NOW_S));
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(every_prefix_of_a_token_is_no_token)
{
	struct byte_buf text;

	mint(&text, 0, 0);
	for (size_t len = 0; len < text.len; len++) {
		ck_assert(!access_login(&access_, (struct byte_view){text.data, len}, NOW_S, &grant,
					reason));
		ck_assert_ptr_nonnull(strstr(reason, "not a token"));
	}
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(what_is_no_token_is_told_so)
{
	ck_assert(!login_text(""));
	ck_assert(!login_text("secret"));
	ck_assert(!login_text("sfa1_"));
	ck_assert(!login_text("sfa2_AAAA"));
	ck_assert_ptr_nonnull(strstr(reason, "sfa1_"));
}
END_TEST

START_TEST(a_token_lets_in_until_the_second_it_expires)
{
	struct byte_buf text;

	mint(&text, 60, 0);
	ck_assert(login(&text, NOW_S));
	ck_assert(login(&text, NOW_S + 59));
	grant.has_token = false;
	ck_assert(!login(&text, NOW_S + 60));
	ck_assert(!grant.has_token);
	ck_assert_ptr_nonnull(strstr(reason, "\"build\" expired 0 seconds ago"));
	ck_assert(!login(&text, NOW_S + 60 + 119));
	ck_assert_ptr_nonnull(strstr(reason, "119 seconds ago"));
	ck_assert(!login(&text, NOW_S + 60 + 120));
	ck_assert_ptr_nonnull(strstr(reason, "2 minutes ago"));
	ck_assert(!login(&text, NOW_S + 60 + 7199));
	ck_assert_ptr_nonnull(strstr(reason, "119 minutes ago"));
	ck_assert(!login(&text, NOW_S + 60 + 7200));
	ck_assert_ptr_nonnull(strstr(reason, "2 hours ago"));
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(signatures_are_counted_over_logins)
{
	struct grant other = {0};
	struct byte_buf text;

	mint(&text, 0, 2);
	ck_assert(login(&text, NOW_S));
	ck_assert(access_login(&access_, byte_buf_view(&text), NOW_S, &other, reason));
	ck_assert_ptr_eq(grant.lease, other.lease);
	ck_assert_ptr_null(grant_take_signature(&grant));
	ck_assert_ptr_null(grant_take_signature(&other));
	ck_assert_ptr_nonnull(grant_take_signature(&grant));
	ck_assert(login(&text, NOW_S));
	ck_assert_ptr_nonnull(grant_take_signature(&grant));
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(without_allow_everybody_may_try)
{
	ck_assert(is_allowed("10.0.0.1"));
	ck_assert(is_allowed("fd00::1"));
}
END_TEST

START_TEST(with_allow_those_and_nobody_else)
{
	ck_assert_int_eq(access_allow(&access_, "10.0.0.0/8"), 0);
	ck_assert_int_eq(access_allow(&access_, "fd00::/16"), 0);
	ck_assert(is_allowed("10.255.0.1"));
	ck_assert(is_allowed("fd00::1"));
	ck_assert(is_allowed("::ffff:10.0.0.1"));
	ck_assert(!is_allowed("11.0.0.1"));
	ck_assert(!is_allowed("fd01::1"));
}
END_TEST

START_TEST(an_allow_that_is_no_network_is_reported)
{
	ck_assert_int_eq(access_allow(&access_, "docker0"), -EINVAL);
	said_expect("--allow docker0");
	ck_assert_uint_eq(access_.allowed_count, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("access");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_token_of_ours_lets_in);
	tcase_add_test(tests, a_token_of_another_daemon_does_not);
	tcase_add_test(tests, a_token_of_a_revoked_name_does_not);
	tcase_add_test(tests, the_seal_covers_every_field);
	tcase_add_test(tests, a_text_with_any_character_changed_does_not_let_in);
	tcase_add_test(tests, every_prefix_of_a_token_is_no_token);
	tcase_add_test(tests, what_is_no_token_is_told_so);
	tcase_add_test(tests, a_token_lets_in_until_the_second_it_expires);
	tcase_add_test(tests, signatures_are_counted_over_logins);
	tcase_add_test(tests, without_allow_everybody_may_try);
	tcase_add_test(tests, with_allow_those_and_nobody_else);
	tcase_add_test(tests, an_allow_that_is_no_network_is_reported);
	return unit_main(tests, "access");
}
