/*
 * fuzz_offer - what a daemon offers, as the shim reads it, and the choice of an id.
 */
#include <errno.h>

#include "shim/offer.h"
#include "tests/fuzz/fuzz.h"

enum { ERROR_SIZE = 512 };

/* Fit for a terminal: ended, and without control bytes. */
static void check_text(const char text[OFFER_TEXT_SIZE])
{
	size_t len = strnlen(text, OFFER_TEXT_SIZE);

	FUZZ_CHECK(len < OFFER_TEXT_SIZE);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK((uint8_t)text[i] >= 0x20 && text[i] != 0x7f);
}

static void check_keys(const struct offer *offer)
{
	size_t next_key = 0;

	for (size_t i = 0; i < offer->id_count; i++) {
		const struct offer_id *id = &offer->ids[i];

		FUZZ_CHECK(id->first_key == next_key); /* each key is one id's */
		next_key += id->key_count;
		check_text(id->name);
		check_text(id->source);
		check_text(id->reason);
		FUZZ_CHECK(id->name[0] != '\0' && id->source[0] != '\0');
	}
	FUZZ_CHECK(next_key == offer->key_count);
	for (size_t i = 0; i < offer->key_count; i++) {
		check_text(offer->keys[i].fingerprint);
		check_text(offer->keys[i].type);
		check_text(offer->keys[i].comment);
	}
}

static void check_choice(const struct offer *offer, const char *wanted)
{
	char error[ERROR_SIZE] = "";
	const struct offer_id *id = NULL;

	if (offer_choose(offer, wanted, &id, error, sizeof(error)) == 0) {
		FUZZ_CHECK(id >= offer->ids && id < offer->ids + offer->id_count);
		FUZZ_CHECK(wanted == NULL || strcmp(id->name, wanted) == 0);
	} else {
		FUZZ_CHECK(id == NULL && error[0] != '\0' && strlen(error) < sizeof(error));
	}
}

/* A newer daemon may say more, after any line: a shim reads the same. */
static void check_unknown_line(struct byte_view text, const struct offer *offer)
{
	static const char more[] = "unheard-of 1 2 3\n";
	const uint8_t *newline = memchr(text.ptr, '\n', text.len);
	size_t first_len = (size_t)(newline - text.ptr) + 1;
	struct offer again;
	struct byte_buf longer;

	if (text.len + strlen(more) > OFFER_LEN_MAX)
		return;
	byte_buf_init(&longer, OFFER_LEN_MAX);
	byte_buf_put_bytes(&longer, text.ptr, first_len);
	byte_buf_put_bytes(&longer, more, strlen(more));
	byte_buf_put_bytes(&longer, text.ptr + first_len, text.len - first_len);
	FUZZ_CHECK(offer_parse(byte_buf_view(&longer), &again) == 0);
	FUZZ_CHECK(again.id_count == offer->id_count && again.key_count == offer->key_count &&
		   again.token_expiry == offer->token_expiry);
	offer_deinit(&again);
	byte_buf_deinit(&longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view text = {data, size};
	struct offer offer;

	if (offer_parse(text, &offer) != 0)
		return 0;
	FUZZ_CHECK(offer.id_count <= OFFER_IDS_MAX && offer.key_count <= OFFER_KEYS_MAX);
	FUZZ_CHECK(offer.token_expiry >= 0);
	check_text(offer.daemon_version);
	check_text(offer.default_id);
	check_text(offer.token_name);
	check_keys(&offer);
	check_choice(&offer, NULL);
	check_choice(&offer, "no such id");
	if (offer.id_count > 0)
		check_choice(&offer, offer.ids[offer.id_count - 1].name);
	check_unknown_line(text, &offer);
	offer_deinit(&offer);
	return 0;
}
