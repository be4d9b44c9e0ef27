/*
 * passphrase.h - the passphrases that may open an encrypted key, in the order they are tried.
 *
 * First those known already: the lines of --passphrase-file, and what opened an earlier key. Then
 * someone is asked, up to PASSPHRASE_ASK_MAX times a key.
 */
#ifndef AGENTD_KEEPER_PASSPHRASE_H
#define AGENTD_KEEPER_PASSPHRASE_H

#include "common/bytes.h"

enum {
	PASSPHRASE_LEN_MAX = 1024,
	PASSPHRASE_ASK_MAX = 3,
};

/* All known ones, each followed by a line end. */
struct passphrases {
	struct byte_buf lines;
};

/*
 * file: the --passphrase-file, or NULL. 0, or a negative errno, and then *why says what is wrong
 * with it. Deinit wipes; legal after a failed init.
 */
int passphrases_init(struct passphrases *known, const char *file, const char **why);
void passphrases_deinit(struct passphrases *known);

/* The tries for one key. */
struct passphrase_walk {
	struct passphrases *known;
	const char *key_name;
	struct byte_buf current;
	size_t next_line; /* offset into known->lines */
	unsigned asked;
};

/* key_name: the file, as the prompt shall name it; both must outlive the walk. */
void passphrase_walk_init(struct passphrase_walk *walk, struct passphrases *known,
			  const char *key_name);
void passphrase_walk_deinit(struct passphrase_walk *walk);

/*
 * The next one to try; the view holds until the next call. 0; -ENOENT: asked often enough;
 * -ENOTTY: nobody to ask; -ECANCELED: who was asked declined.
 */
int passphrase_walk_next(struct passphrase_walk *walk, struct byte_view *passphrase);

/* The one last given was right: keeps it for the keys to come, so that none is asked for twice. */
void passphrase_walk_accept(struct passphrase_walk *walk);

#endif
