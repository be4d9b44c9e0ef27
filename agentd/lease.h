/*
 * lease.h - how many signatures a token has left, or an id, and how long an id has.
 *
 * Counted per serial, over all links that show the token, for as long as the daemon runs: closing
 * a link gives nothing back.
 */
#ifndef AGENTD_LEASE_H
#define AGENTD_LEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/token.h"

struct lease {
	uint8_t serial[TOKEN_SERIAL_LEN];
	uint32_t used;
	uint32_t max;
	struct lease *next;
};

/* What was used of an id, over all tokens and whatever backs it, for as long as it is offered. */
struct id_lease {
	unsigned holder_count;
	uint64_t begun_s; /* by lease_clock_s: when the id appeared */
	uint32_t used;	  /* signatures */
};

/* Seconds of a clock that runs on in sleep, and that nobody sets. */
uint64_t lease_clock_s(void);

/*
 * What tokens expire by, in seconds since 1970: the wall clock, which others who make tokens have, too; but where
 * somebody sets it back, it is taken to have run on since the first call, so that no token lives longer for it.
 */
uint64_t lease_wall_clock_s(void);

/* That of an id which appears now, with one holder. NULL when out of memory. */
struct id_lease *id_lease_new(void);

/* One more holds it; one less, and with the last it is freed. */
struct id_lease *id_lease_share(struct id_lease *lease);
void id_lease_release(struct id_lease *lease);

/* NULL, or which of an id's policy ran out; of both, 0 is no limit. */
const char *id_lease_check(const struct id_lease *lease, uint64_t lifetime_s, uint64_t now_s);
const char *id_lease_check_signature(const struct id_lease *lease, uint32_t max_signatures);

struct lease_book {
	struct lease *first;
};

/*
 * The lease of a token whose seal was found good: the one there is, or a new one. Owned by the
 * book. NULL when out of memory. The book grows only by tokens that the daemon itself minted.
 */
struct lease *lease_of_token(struct lease_book *book, const struct token *token);

/* Takes one signature; false when none is left. */
bool lease_take(struct lease *lease);

void lease_book_deinit(struct lease_book *book);

#endif
