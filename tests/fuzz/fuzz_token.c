/*
 * fuzz_token - the text of a token, and all that is read in it.
 */
#include <errno.h>

#include "common/base64.h"
#include "common/token.h"
#include "tests/fuzz/fuzz.h"

enum { UNTOUCHED = 0xa5 };

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_untouched(const struct token *token)
{
	const uint8_t *bytes = (const uint8_t *)token;

	for (size_t i = 0; i < sizeof(*token); i++) {
		if (bytes[i] != UNTOUCHED)
			return false;
	}
	return true;
}

static struct byte_view without_white_space(struct byte_view text)
{
	while (text.len > 0 && is_white(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && is_white(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* The same bytes have one encoding, and what is sealed is all of it but the seal. */
static void check_one_encoding(struct byte_view text, const struct token *token)
{
	struct byte_buf again;
	struct byte_buf binary;
	struct byte_buf sealed;

	byte_buf_init(&again, TOKEN_TEXT_MAX);
	FUZZ_CHECK(token_format(token, &again) == 0);
	FUZZ_CHECK(fuzz_took_bytes(&again, text));

	byte_buf_init(&binary, TOKEN_TEXT_MAX);
	byte_buf_init(&sealed, TOKEN_TEXT_MAX);
	text.ptr += strlen(TOKEN_PREFIX);
	text.len -= strlen(TOKEN_PREFIX);
	FUZZ_CHECK(base64_parse(text, BASE64_URL_UNPADDED, &binary) == 0);
	token_put_sealed_part(&sealed, token);
	byte_buf_put_bytes(&sealed, token->seal, sizeof(token->seal));
	FUZZ_CHECK(fuzz_took_bytes(&sealed, byte_buf_view(&binary)));
	byte_buf_deinit(&binary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view text = {data, size};
	struct token token;
	bool covers_all;

	memset(&token, UNTOUCHED, sizeof(token));
	if (token_parse(text, &token) != 0) {
		FUZZ_CHECK(is_untouched(&token));
		return 0;
	}
	FUZZ_CHECK(id_is_valid(view_of(token.name)));
	FUZZ_CHECK(token.id_count <= TOKEN_IDS_MAX && token.secret_count <= TOKEN_IDS_MAX);
	for (size_t i = 0; i < token.id_count; i++) {
		FUZZ_CHECK(id_is_valid(view_of(token.ids[i])));
		FUZZ_CHECK(token_covers(&token, token.ids[i]));
	}
	for (size_t i = 0; i < token.secret_count; i++) {
		FUZZ_CHECK(id_is_valid(view_of(token.secrets[i])));
		FUZZ_CHECK(token_covers_secret(&token, token.secrets[i]));
	}
	/* No name is valid that begins like this, so no token names it. */
	covers_all = token.id_count == 0 && token.secret_count == 0;
	FUZZ_CHECK(token_covers(&token, "-") == covers_all);
	FUZZ_CHECK(token_covers_secret(&token, "-") == covers_all);
	check_one_encoding(without_white_space(text), &token);
	return 0;
}
