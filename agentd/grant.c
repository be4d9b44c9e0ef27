#include "agentd/grant.h"

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

const char *grant_take_signature(struct grant *grant)
{
	if (grant->lease != NULL && !lease_take(grant->lease))
		return "the token's signatures are used up";
	return NULL;
}

const char *grant_name(const struct grant *grant)
{
	return grant->has_token ? grant->token.name : "-";
}
