/*
 * offer.h - what a daemon offers: the answer to the link's `offer` verb, and the choice of an id.
 */
#ifndef SHIM_OFFER_H
#define SHIM_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"
#include "common/offer_size.h"
#include "common/repo_pattern.h"
#include "common/token.h"

enum {
	OFFER_IDS_MAX = 256,
	OFFER_KEYS_MAX = 4096,
	OFFER_REPOS_MAX = 1024,
	OFFER_SECRETS_MAX = 1024,
	OFFER_TEXT_SIZE = 256, /* longer ids, fingerprints and comments are cut */
};

struct offer_key {
	char fingerprint[OFFER_TEXT_SIZE]; /* "SHA256:..." */
	char type[OFFER_TEXT_SIZE];
	char comment[OFFER_TEXT_SIZE];
	uint32_t bits;
};

struct offer_id {
	char name[OFFER_TEXT_SIZE];
	char source[OFFER_TEXT_SIZE]; /* "agent", "keys" */
	bool is_available;
	char reason[OFFER_TEXT_SIZE]; /* why it is not, or empty */
	size_t first_key;	      /* its keys in offer.keys */
	size_t key_count;
};

/* A pattern of repositories (common/repo_pattern.h), and the id that serves them. */
struct offer_repo {
	char id[ID_NAME_MAX + 1];
	char pattern[REPO_PATTERN_MAX + 1];
};

enum offer_secret_kind { OFFER_SECRET_FILE, OFFER_SECRET_DIRECTORY, OFFER_SECRET_UNAVAILABLE };

struct offer_secret {
	char name[ID_NAME_MAX + 1];
	enum offer_secret_kind kind;
	int64_t size;		      /* of a file, in bytes, when the offer was made */
	char reason[OFFER_TEXT_SIZE]; /* why it is unavailable */
};

struct offer {
	char daemon_version[OFFER_TEXT_SIZE];
	char default_id[OFFER_TEXT_SIZE]; /* empty: none */
	char token_name[OFFER_TEXT_SIZE]; /* empty: no token was used */
	int64_t token_expiry;		  /* Unix seconds; 0: none */
	struct offer_id *ids;
	size_t id_count;
	struct offer_key *keys;
	size_t key_count;
	struct offer_repo *repos; /* in the order they came */
	size_t repo_count;
	struct offer_secret *secrets;
	size_t secret_count;
	struct byte_buf known_hosts; /* lines of known_hosts, each with its newline */
};

/*
 * Parses version 1. Lines that begin with an unknown word are passed over, so that newer daemons
 * can say more. 0 and *out, to be given to offer_deinit; -EBADMSG (not an offer, a line of it does
 * not parse, or its last line is missing: it was cut), -EMSGSIZE (over a cap), -ENOMEM.
 */
int offer_parse(struct byte_view text, struct offer *out);
void offer_deinit(struct offer *offer);

/* NULL if there is none of that name. */
const struct offer_id *offer_find(const struct offer *offer, const char *name);

const struct offer_secret *offer_find_secret(const struct offer *offer, const char *name);

/* "a, b, c", cut where there is no more room. */
void offer_list_secrets(const struct offer *offer, char *text, size_t size);

/*
 * The id to use: wanted, or the default when wanted is NULL. 0 and *out, which points into offer;
 * or -ENOENT with why, and what there is, in error.
 */
int offer_choose(const struct offer *offer, const char *wanted, const struct offer_id **out,
		 char *error, size_t error_size);

#endif
