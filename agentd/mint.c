#include "agentd/mint.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "agentd/seal.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/number.h"

/* kind: "an id", and many of them: "ids". */
static int add_name(char names[TOKEN_IDS_MAX][ID_NAME_MAX + 1], size_t *count, const char *name,
		    const char *kind, const char *kinds, char reason[MINT_REASON_MAX])
{
	char escaped[LOG_ESCAPED_MAX];

	if (!id_is_valid(view_of(name))) {
		snprintf(reason, MINT_REASON_MAX, "\"%.64s\" is not %s",
			 log_escape(view_of(name), escaped), kind);
		return -EINVAL;
	}
	if (*count == TOKEN_IDS_MAX) {
		snprintf(reason, MINT_REASON_MAX, "a token names %d %s at most", TOKEN_IDS_MAX,
			 kinds);
		return -EINVAL;
	}
	snprintf(names[(*count)++], sizeof(names[0]), "%s", name);
	return 0;
}

int mint_add_id(struct mint_request *request, const char *id, char reason[MINT_REASON_MAX])
{
	return add_name(request->ids, &request->id_count, id, "an id", "ids", reason);
}

int mint_add_secret(struct mint_request *request, const char *name, char reason[MINT_REASON_MAX])
{
	return add_name(request->secrets, &request->secret_count, name, "the name of a secret",
			"secrets", reason);
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

int mint_set_lifetime(struct mint_request *request, const char *text, char reason[MINT_REASON_MAX])
{
	int err = duration_parse(text, &request->lifetime_s);

	if (err != 0)
		snprintf(reason, MINT_REASON_MAX,
			 "an expiry is a number with s, m, h or d behind it, such as 15m");
	return err;
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

static bool is_repeatable(const struct mint_request *request, const struct secret *secret)
{
	return secret->lasts && request->lifetime_s == 0 && request->max_signatures == 0;
}

int mint_settle_name(struct mint_request *request, const struct secret *secret,
		     const struct revocations *revoked, char reason[MINT_REASON_MAX])
{
	if (request->name[0] == '\0' && is_repeatable(request, secret) &&
	    revocations_have(revoked, "lasting")) {
		/* Not for ever: there are fewer revocations than numbers. */
		for (unsigned i = 2; i <= REVOCATIONS_MAX + 2; i++) {
			snprintf(request->name, sizeof(request->name), "lasting-%u", i);
			if (!revocations_have(revoked, request->name))
				return 0;
		}
	}
	if (!revocations_have(revoked, request->name))
		return 0;
	snprintf(reason, MINT_REASON_MAX,
		 "tokens of the name \"%s\" were revoked; choose another name, with --name",
		 request->name);
	return -EPERM;
}

int mint_token(struct mint_request *request, const struct secret *secret,
	       const uint8_t host_key_hash[TOKEN_FINGERPRINT_LEN], uint16_t port, uint64_t now_s,
	       struct byte_buf *text)
{
	struct token token = {.port = port, .max_signatures = request->max_signatures};
	bool is_the_same = is_repeatable(request, secret);
	int err;

	if (request->lifetime_s > 0)
		token.expiry_s = now_s + request->lifetime_s;
	if (!is_the_same && RAND_bytes(token.serial, sizeof(token.serial)) != 1)
		return -EIO;
	memcpy(token.fingerprint, host_key_hash, sizeof(token.fingerprint));
	if (request->name[0] != '\0')
		snprintf(token.name, sizeof(token.name), "%s", request->name);
	else if (is_the_same)
		snprintf(token.name, sizeof(token.name), "lasting");
	else
		snprintf(token.name, sizeof(token.name), "t%02x%02x%02x", token.serial[0],
			 token.serial[1], token.serial[2]);
	token.id_count = request->id_count;
	memcpy(token.ids, request->ids, sizeof(token.ids));
	token.secret_count = request->secret_count;
	memcpy(token.secrets, request->secrets, sizeof(token.secrets));
	err = seal_token(&token, secret);
	if (err == 0)
		err = token_format(&token, text);
	if (err == 0)
		memcpy(request->minted_name, token.name, sizeof(token.name));
	explicit_bzero(&token, sizeof(token));
	return err == 0 ? 0 : -EIO;
}
