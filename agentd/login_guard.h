/*
 * login_guard.h - which addresses fail to log in too often.
 *
 * A table of bounded size: an address is in it for a minute from its first failure on. Where it is full, the
 * entry with the fewest failures gives way, so that many addresses can make it forget, and no more:
 * nobody is kept out for what others did. Of IPv6 a /64 counts as one address.
 */
#ifndef AGENTD_LOGIN_GUARD_H
#define AGENTD_LOGIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	LOGIN_GUARD_ENTRIES = 1024,
	LOGIN_GUARD_WINDOW_S = 60,
	LOGIN_GUARD_KEY_LEN = 9, /* family, and 4 or 8 bytes of the address */
};

struct login_guard {
	struct login_guard_entry {
		uint8_t key[LOGIN_GUARD_KEY_LEN];
		uint32_t failures; /* 0: a free entry */
		uint64_t begun_s;
	} entries[LOGIN_GUARD_ENTRIES];
};

/* Counts a failure; how many the address has had in its minute. now_s is of any clock that goes on. */
uint32_t login_guard_fail(struct login_guard *guard, const struct sockaddr *peer, uint64_t now_s);

/* How many it has had. */
uint32_t login_guard_failures(const struct login_guard *guard, const struct sockaddr *peer,
			      uint64_t now_s);

/* Of what counts as the address: to sort by. */
uint32_t login_guard_hash(const struct sockaddr *peer);

/* True if both count as one address. */
bool login_guard_is_same(const struct sockaddr *a, const struct sockaddr *b);

#endif
