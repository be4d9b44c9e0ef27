#include "common/token.h"

#include <errno.h>
#include <stdio.h>

#include "common/base64.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"

static struct token sample(size_t id_count)
{
	struct token token = {
		.port = 2522,
		.expiry_s = 1893456000,
		.max_signatures = 7,
		.name = "build-1",
		.id_count = id_count,
	};

	memset(token.fingerprint, 0x11, sizeof(token.fingerprint));
	memset(token.serial, 0x22, sizeof(token.serial));
	memset(token.seal, 0x33, sizeof(token.seal));
	for (size_t i = 0; i < id_count && i < TOKEN_IDS_MAX; i++)
		snprintf(token.ids[i], sizeof(token.ids[i]), "project%zu", i);
	/* One less than ids. */
	token.secret_count = id_count > 0 ? id_count - 1 : 0;
	for (size_t i = 0; i < token.secret_count; i++)
		snprintf(token.secrets[i], sizeof(token.secrets[i]), "secret%zu", i);
	return token;
}

static bool sealed_parts_equal(const struct token *a, const struct token *b)
{
	struct byte_buf of_a;
	struct byte_buf of_b;
	bool is_equal;

	byte_buf_init(&of_a, TOKEN_TEXT_MAX);
	byte_buf_init(&of_b, TOKEN_TEXT_MAX);
	token_put_sealed_part(&of_a, a);
	token_put_sealed_part(&of_b, b);
	ck_assert_int_eq(byte_buf_status(&of_a) | byte_buf_status(&of_b), 0);
	is_equal = view_equal(byte_buf_view(&of_a), byte_buf_view(&of_b));
	byte_buf_deinit(&of_a);
	byte_buf_deinit(&of_b);
	return is_equal;
}

static bool tokens_equal(const struct token *a, const struct token *b)
{
	return sealed_parts_equal(a, b) && memcmp(a->seal, b->seal, sizeof(a->seal)) == 0;
}

static void format(const struct token *token, struct byte_buf *text)
{
	byte_buf_init(text, TOKEN_TEXT_MAX);
	ck_assert_int_eq(token_format(token, text), 0);
}

static int parse_exact(struct byte_view text, struct token *out)
{
	struct byte_view input = exact_copy(text.ptr, text.len);
	int err = token_parse(input, out);

	exact_free(input);
	return err;
}

/* The text of a token whose bytes are these. */
static int parse_binary(struct byte_view binary, struct token *out)
{
	struct byte_buf text;
	int err;

	byte_buf_init(&text, 2 * TOKEN_TEXT_MAX);
	byte_buf_put_bytes(&text, TOKEN_PREFIX, strlen(TOKEN_PREFIX));
	base64_put(&text, binary, BASE64_URL_UNPADDED);
	err = parse_exact(byte_buf_view(&text), out);
	byte_buf_deinit(&text);
	return err;
}

static void put_binary(struct byte_buf *binary, const struct token *token)
{
	byte_buf_init(binary, TOKEN_TEXT_MAX);
	token_put_sealed_part(binary, token);
	byte_buf_put_bytes(binary, token->seal, sizeof(token->seal));
}

START_TEST(what_was_written_is_read_back)
{
	static const size_t id_counts[] = {0, 1, TOKEN_IDS_MAX};

	for (size_t i = 0; i < 3; i++) {
		struct token token = sample(id_counts[i]);
		struct token out = {0};
		struct byte_buf text;

		format(&token, &text);
		ck_assert_int_eq(parse_exact(byte_buf_view(&text), &out), 0);
		ck_assert(tokens_equal(&token, &out));
		ck_assert_str_eq(out.name, token.name);
		ck_assert_uint_eq(out.id_count, id_counts[i]);
		ck_assert_uint_eq(out.secret_count, token.secret_count);
		byte_buf_deinit(&text);
	}
}
END_TEST

START_TEST(largest_token_of_ids_fits_its_text)
{
	struct token token = sample(TOKEN_IDS_MAX);
	struct token out;
	struct byte_buf text;

	token.secret_count = 0;
	memset(token.name, 'n', TOKEN_NAME_MAX);
	for (size_t i = 0; i < TOKEN_IDS_MAX; i++)
		memset(token.ids[i], 'i', ID_NAME_MAX);
	format(&token, &text);
	ck_assert_int_eq(parse_exact(byte_buf_view(&text), &out), 0);
	ck_assert(tokens_equal(&token, &out));
	byte_buf_deinit(&text);
}
END_TEST

/* Its bytes are no more than a token may have, their text is. */
START_TEST(a_text_longer_than_any_is_badmsg)
{
	struct token token = sample(0);
	struct token out = {.port = 99};
	struct byte_buf text;

	token.secret_count = TOKEN_IDS_MAX;
	token.id_count = TOKEN_IDS_MAX;
	for (size_t i = 0; i < TOKEN_IDS_MAX; i++) {
		memset(token.ids[i], 'i', ID_NAME_MAX);
		memset(token.secrets[i], 's', ID_NAME_MAX / 2);
	}
	byte_buf_init(&text, 2 * TOKEN_TEXT_MAX);
	ck_assert_int_eq(token_format(&token, &text), 0);
	ck_assert_uint_gt(text.len, TOKEN_TEXT_MAX);
	ck_assert_int_eq(parse_exact(byte_buf_view(&text), &out), -EBADMSG);
	ck_assert_uint_eq(out.port, 99);
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(one_id_too_many_is_neither_written_nor_read)
{
	struct token token = sample(TOKEN_IDS_MAX + 1);
	struct token out = {.port = 99};
	struct byte_buf text;
	struct byte_buf binary;
	size_t count_at;

	byte_buf_init(&text, TOKEN_TEXT_MAX);
	ck_assert_int_eq(token_format(&token, &text), -EMSGSIZE);
	ck_assert_uint_eq(text.len, 0);

	token = sample(TOKEN_IDS_MAX);
	token.secret_count = 0;
	byte_buf_init(&binary, TOKEN_TEXT_MAX);
	token_put_sealed_part(&binary, &token);
	binary.len -= 4; /* the number of secrets comes behind the ids */
	byte_buf_put_text(&binary, "onemore");
	byte_buf_put_u32(&binary, 0);
	byte_buf_put_bytes(&binary, token.seal, sizeof(token.seal));
	/* The count's last byte: version, port, expiry, limit, hash, serial, name, count. */
	count_at = 1 + 2 + 8 + 4 + 32 + 8 + 4 + strlen(token.name) + 3;
	ck_assert_uint_eq(binary.data[count_at]++, TOKEN_IDS_MAX);
	ck_assert_int_eq(parse_binary(byte_buf_view(&binary), &out), -EBADMSG);
	ck_assert_uint_eq(out.port, 99);
	byte_buf_deinit(&text);
	byte_buf_deinit(&binary);
}
END_TEST

START_TEST(every_prefix_of_a_token_is_badmsg)
{
	struct token token = sample(2);
	struct token out = {.port = 99};
	struct byte_buf text;
	struct byte_buf binary;

	format(&token, &text);
	for (size_t len = 0; len < text.len; len++)
		ck_assert_int_eq(parse_exact((struct byte_view){text.data, len}, &out), -EBADMSG);
	put_binary(&binary, &token);
	for (size_t len = 0; len < binary.len; len++)
		ck_assert_int_eq(parse_binary((struct byte_view){binary.data, len}, &out),
				 -EBADMSG);
	byte_buf_put_u8(&binary, 0);
	ck_assert_int_eq(parse_binary(byte_buf_view(&binary), &out), -EBADMSG);
	ck_assert_uint_eq(out.port, 99);
	byte_buf_deinit(&text);
	byte_buf_deinit(&binary);
}
END_TEST

/* No byte is there that the seal does not cover, or that is not looked at. */
START_TEST(every_altered_byte_is_refused_or_changes_what_is_sealed)
{
	struct token token = sample(2);
	struct byte_buf binary;

	put_binary(&binary, &token);
	for (size_t i = 0; i < binary.len; i++) {
		for (unsigned change = 1; change < 256; change++) {
			struct token out;

			binary.data[i] ^= (uint8_t)change;
			if (parse_binary(byte_buf_view(&binary), &out) == 0)
				ck_assert(!tokens_equal(&token, &out));
			binary.data[i] ^= (uint8_t)change;
		}
	}
	byte_buf_deinit(&binary);
}
END_TEST

START_TEST(every_altered_character_of_the_text_is_refused_or_changes_the_token)
{
	struct token token = sample(1);
	struct byte_buf text;

	format(&token, &text);
	for (size_t i = 0; i < text.len; i++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t kept = text.data[i];
			struct token out;

			text.data[i] = (uint8_t)value;
			if (value != kept && parse_exact(byte_buf_view(&text), &out) == 0)
				ck_assert(!tokens_equal(&token, &out));
			text.data[i] = kept;
		}
	}
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(each_field_is_in_the_sealed_part)
{
	struct token token = sample(2);
	struct token altered[10];

	for (size_t i = 0; i < 10; i++)
		altered[i] = token;
	altered[0].port++;
	altered[1].expiry_s++;
	altered[2].max_signatures = 0;
	altered[3].fingerprint[31] ^= 1;
	altered[4].serial[0] ^= 1;
	altered[5].name[0] = 'B';
	altered[6].id_count = 0;
	altered[7].ids[0][0] = 'P';
	altered[8].secret_count = 0;
	altered[9].secrets[0][0] = 'S';
	for (size_t i = 0; i < 10; i++)
		ck_assert_msg(!sealed_parts_equal(&token, &altered[i]), "field %zu", i);
	/* And the seal is not. */
	altered[0] = token;
	altered[0].seal[0] ^= 1;
	ck_assert(sealed_parts_equal(&token, &altered[0]));
}
END_TEST

/* Where one name ends and the next begins is sealed, too. */
START_TEST(ids_cut_elsewhere_are_sealed_differently)
{
	struct token a = sample(2);
	struct token b = a;

	strcpy(a.ids[0], "ab");
	strcpy(a.ids[1], "c");
	strcpy(b.ids[0], "a");
	strcpy(b.ids[1], "bc");
	ck_assert(!sealed_parts_equal(&a, &b));
}
END_TEST

/* And a secret is no id. */
START_TEST(ids_and_secrets_of_the_same_names_are_sealed_differently)
{
	struct token a = sample(1);
	struct token b = a;

	b.id_count = 0;
	b.secret_count = 1;
	memcpy(b.secrets[0], a.ids[0], sizeof(b.secrets[0]));
	ck_assert(!sealed_parts_equal(&a, &b));
}
END_TEST

START_TEST(one_secret_too_many_is_neither_written_nor_read)
{
	struct token token = sample(0);
	struct token out = {.port = 99};
	struct byte_buf text;
	struct byte_buf binary;

	token.secret_count = TOKEN_IDS_MAX + 1;
	byte_buf_init(&text, TOKEN_TEXT_MAX);
	ck_assert_int_eq(token_format(&token, &text), -EMSGSIZE);
	token.secret_count = 0;
	byte_buf_init(&binary, TOKEN_TEXT_MAX);
	token_put_sealed_part(&binary, &token);
	binary.len -= 4;
	byte_buf_put_u32(&binary, TOKEN_IDS_MAX + 1);
	for (size_t i = 0; i <= TOKEN_IDS_MAX; i++)
		byte_buf_put_text(&binary, "one");
	byte_buf_put_bytes(&binary, token.seal, sizeof(token.seal));
	ck_assert_int_eq(parse_binary(byte_buf_view(&binary), &out), -EBADMSG);
	ck_assert_uint_eq(out.port, 99);
	byte_buf_deinit(&text);
	byte_buf_deinit(&binary);
}
END_TEST

START_TEST(white_space_around_a_token_is_ignored_within_it_is_not)
{
	struct token token = sample(1);
	struct token out;
	struct byte_buf text;
	struct byte_buf spaced;

	format(&token, &text);
	byte_buf_init(&spaced, 2 * TOKEN_TEXT_MAX);
	byte_buf_put_bytes(&spaced, " \t\r\n", 4);
	byte_buf_put_bytes(&spaced, text.data, text.len);
	byte_buf_put_bytes(&spaced, "\r\n \t", 4);
	ck_assert_int_eq(parse_exact(byte_buf_view(&spaced), &out), 0);
	spaced.data[4 + text.len / 2] = ' ';
	ck_assert_int_eq(parse_exact(byte_buf_view(&spaced), &out), -EBADMSG);
	ck_assert_int_eq(parse_exact((struct byte_view){spaced.data, 4}, &out), -EBADMSG);
	byte_buf_deinit(&text);
	byte_buf_deinit(&spaced);
}
END_TEST

/* Names and ids go to logs and prompts as they are. */
START_TEST(a_token_with_a_name_that_is_none_is_badmsg)
{
	struct token good = sample(2);
	struct token out;

	good.secret_count = 1;
	snprintf(good.secrets[0], sizeof(good.secrets[0]), "npmrc");
	for (unsigned which = 0; which < 4; which++) {
		struct token token = good;
		char *const names[] = {token.name, token.ids[0], token.ids[1], token.secrets[0]};
		struct byte_buf binary;

		names[which][0] = '\x1b';
		put_binary(&binary, &token);
		ck_assert_int_eq(parse_binary(byte_buf_view(&binary), &out), -EBADMSG);
		byte_buf_deinit(&binary);
		names[which][0] = '\0'; /* empty */
		put_binary(&binary, &token);
		ck_assert_int_eq(parse_binary(byte_buf_view(&binary), &out), -EBADMSG);
		byte_buf_deinit(&binary);
	}
}
END_TEST

START_TEST(id_is_a_short_plain_word)
{
	static const char *const good[] = {"a", "0", "default", "my-org_repo.x", "A.-_z"};
	static const char *const bad[] = {"",	 ".a",	"-a",  "_a",	   "a b",
					  "a/b", "a=b", "a,b", "\xc3\xa9", "a\n"};
	char longest[ID_NAME_MAX + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(id_is_valid(view_of(good[i])), "refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!id_is_valid(view_of(bad[i])), "taken: %s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	ck_assert(id_is_valid((struct byte_view){(uint8_t *)longest, ID_NAME_MAX}));
	ck_assert(!id_is_valid((struct byte_view){(uint8_t *)longest, ID_NAME_MAX + 1}));
	ck_assert(!id_is_valid((struct byte_view){(const uint8_t *)"a\0b", 3}));
}
END_TEST

START_TEST(token_covers_its_ids_or_all)
{
	struct token token = sample(2);

	ck_assert(token_covers(&token, "project1"));
	ck_assert(!token_covers(&token, "project"));
	ck_assert(!token_covers(&token, "project10"));
	ck_assert(!token_covers(&token, ""));
	token.id_count = 0;
	token.secret_count = 0;
	ck_assert(token_covers(&token, "anything"));
}
END_TEST

START_TEST(token_that_names_anything_covers_only_what_it_names)
{
	struct token token = sample(2);

	ck_assert(token_covers_secret(&token, "secret0"));
	ck_assert(!token_covers_secret(&token, "secret1"));
	ck_assert(!token_covers_secret(&token, "project0"));
	token.id_count = 0;
	ck_assert(!token_covers(&token, "project0"));
	token.id_count = 2;
	token.secret_count = 0;
	ck_assert(!token_covers_secret(&token, "secret0"));
	token.id_count = 0;
	ck_assert(token_covers_secret(&token, "anything"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("token");

	tcase_set_timeout(tests, 30); /* every byte, every value: slow on a busy machine */
	tcase_add_test(tests, what_was_written_is_read_back);
	tcase_add_test(tests, largest_token_of_ids_fits_its_text);
	tcase_add_test(tests, a_text_longer_than_any_is_badmsg);
	tcase_add_test(tests, one_id_too_many_is_neither_written_nor_read);
	tcase_add_test(tests, every_prefix_of_a_token_is_badmsg);
	tcase_add_test(tests, every_altered_byte_is_refused_or_changes_what_is_sealed);
	tcase_add_test(tests, every_altered_character_of_the_text_is_refused_or_changes_the_token);
	tcase_add_test(tests, each_field_is_in_the_sealed_part);
	tcase_add_test(tests, ids_cut_elsewhere_are_sealed_differently);
	tcase_add_test(tests, ids_and_secrets_of_the_same_names_are_sealed_differently);
	tcase_add_test(tests, one_secret_too_many_is_neither_written_nor_read);
	tcase_add_test(tests, white_space_around_a_token_is_ignored_within_it_is_not);
	tcase_add_test(tests, a_token_with_a_name_that_is_none_is_badmsg);
	tcase_add_test(tests, id_is_a_short_plain_word);
	tcase_add_test(tests, token_covers_its_ids_or_all);
	tcase_add_test(tests, token_that_names_anything_covers_only_what_it_names);
	return unit_main(tests, "token");
}
