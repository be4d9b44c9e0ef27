/*
 * access.h - who is let in: by address, by token, by the network they come from.
 */
#ifndef AGENTD_ACCESS_H
#define AGENTD_ACCESS_H

#include "agentd/grant.h"
#include "agentd/revocations.h"
#include "agentd/secret.h"
#include "common/address.h"

enum { ACCESS_REASON_MAX = 256 };

struct access {
	struct secret secret;
	uint8_t host_key_hash[TOKEN_FINGERPRINT_LEN];
	struct ip_prefix *allowed; /* --allow; none: everybody may try */
	size_t allowed_count;
	struct lease_book leases;
	struct revocations revoked;
};

/* Adds an --allow. Reports a mistake and returns -EINVAL, or -ENOMEM. */
int access_allow(struct access *access, const char *spec);

/* True if a peer may connect at all. */
bool access_is_allowed(const struct access *access, const struct sockaddr *peer);

/*
 * Judges the token a peer shows. True: grant is filled in. False: reason tells the peer why not,
 * and what to do; it says no more of a token whose seal is not ours than just that.
 */
bool access_login(struct access *access, struct byte_view token_text, uint64_t now_s,
		  struct grant *grant, char reason[ACCESS_REASON_MAX]);

void access_deinit(struct access *access);

#endif
