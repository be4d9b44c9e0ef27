#include "agentd/grant.h"

#include <string.h>

bool grant_covers(const struct grant *grant, const char *id)
{
	return !grant->has_token || token_covers(&grant->token, id);
}

bool grant_covers_secret(const struct grant *grant, const char *name)
{
	return !grant->has_token || token_covers_secret(&grant->token, name);
}

const char *grant_check(const struct grant *grant, uint64_t now_s)
{
	if (grant->has_token && grant->token.expiry_s != 0 && now_s >= grant->token.expiry_s)
		return "the token has expired";
	return NULL;
}

const char *grant_check_signature(const struct grant *grant)
{
	if (grant->lease != NULL && grant->lease->used >= grant->lease->max)
		return "the token's signatures are used up";
	return NULL;
}

const char *grant_take_signature(struct grant *grant)
{
	const char *reason = grant_check_signature(grant);

	if (reason == NULL && grant->lease != NULL)
		lease_take(grant->lease);
	return reason;
}

/* Of the peer's text: the address without its port; of a process, its user. */
static size_t host_len(const char *peer)
{
	const char *end = strrchr(peer, peer[0] == 'u' ? ',' : ':');

	return end != NULL ? (size_t)(end - peer) : strlen(peer);
}

bool grant_is_same_build(const struct grant *a, const struct grant *b)
{
	size_t len = host_len(a->peer);

	return len == host_len(b->peer) && memcmp(a->peer, b->peer, len) == 0 &&
	       strcmp(grant_name(a), grant_name(b)) == 0;
}

void grant_copy_build(const struct grant *grant, struct grant *out)
{
	*out = (struct grant){.has_token = grant->has_token};
	memcpy(out->peer, grant->peer, sizeof(out->peer));
	memcpy(out->token.name, grant->token.name, sizeof(out->token.name));
}

const char *grant_name(const struct grant *grant)
{
	return grant->has_token ? grant->token.name : "-";
}
