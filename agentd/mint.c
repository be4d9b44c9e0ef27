#include "agentd/mint.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/seal.h"
#include "common/log.h"
#include "common/number.h"

int mint_add_id(struct mint_request *request, const char *id, char reason[MINT_REASON_MAX])
{
	char escaped[LOG_ESCAPED_MAX];

	if (!id_is_valid(view_of(id))) {
		snprintf(reason, MINT_REASON_MAX, "\"%.64s\" is not an id",
			 log_escape(view_of(id), escaped));
		return -EINVAL;
	}
	if (request->id_count == TOKEN_IDS_MAX) {
		snprintf(reason, MINT_REASON_MAX, "a token names %d ids at most", TOKEN_IDS_MAX);
		return -EINVAL;
	}
	snprintf(request->ids[request->id_count++], sizeof(request->ids[0]), "%s", id);
	return 0;
}

int mint_set_name(struct mint_request *request, const char *name, char reason[MINT_REASON_MAX])
{
	if (!id_is_valid(view_of(name))) {
		snprintf(reason, MINT_REASON_MAX,
			 "a token's name is up to %d letters, digits, '.', '_' or '-'",
			 TOKEN_NAME_MAX);
		return -EINVAL;
	}
	snprintf(request->name, sizeof(request->name), "%s", name);
	return 0;
}

static uint64_t unit_seconds(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].seconds;
	}
	return 0;
}

int mint_set_lifetime(struct mint_request *request, const char *text, char reason[MINT_REASON_MAX])
{
	char *unit = NULL;
	unsigned long long number = 0;
	uint64_t seconds = 0;

	if (text[0] >= '0' && text[0] <= '9') {
		errno = 0;
		number = strtoull(text, &unit, 10);
		seconds = unit_seconds(unit);
	}
	/* A hundred years: far beyond any use, and far from any overflow. */
	if (seconds == 0 || number == 0 || errno != 0 ||
	    number > UINT64_C(100) * 366 * 86400 / seconds) {
		snprintf(reason, MINT_REASON_MAX,
			 "an expiry is a number with s, m, h or d behind it, such as 15m");
		return -EINVAL;
	}
	request->lifetime_s = number * seconds;
	return 0;
}

int mint_set_max_signatures(struct mint_request *request, const char *text,
			    char reason[MINT_REASON_MAX])
{
	unsigned long number;

	if (number_parse(text, 1, UINT32_MAX, &number) != 0) {
		snprintf(reason, MINT_REASON_MAX, "the number of signatures is 1 or more");
		return -EINVAL;
	}
	request->max_signatures = (uint32_t)number;
	return 0;
}

int mint_token(const struct mint_request *request, const struct secret *secret,
	       const uint8_t host_key_hash[TOKEN_FINGERPRINT_LEN], uint16_t port, uint64_t now_s,
	       struct byte_buf *text)
{
	struct token token = {.port = port, .max_signatures = request->max_signatures};
	bool is_repeatable =
		secret->lasts && request->lifetime_s == 0 && request->max_signatures == 0;
	int err;

	if (request->lifetime_s > 0)
		token.expiry_s = now_s + request->lifetime_s;
	if (!is_repeatable && RAND_bytes(token.serial, sizeof(token.serial)) != 1)
		return -EIO;
	memcpy(token.fingerprint, host_key_hash, sizeof(token.fingerprint));
	if (request->name[0] != '\0')
		snprintf(token.name, sizeof(token.name), "%s", request->name);
	else if (is_repeatable)
		snprintf(token.name, sizeof(token.name), "lasting");
	else
		snprintf(token.name, sizeof(token.name), "t%02x%02x%02x", token.serial[0],
			 token.serial[1], token.serial[2]);
	token.id_count = request->id_count;
	memcpy(token.ids, request->ids, sizeof(token.ids));
	err = seal_token(&token, secret);
	if (err == 0)
		err = token_format(&token, text);
	explicit_bzero(&token, sizeof(token));
	return err == 0 ? 0 : -EIO;
}
