#include "agentd/access.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/seal.h"
#include "common/log.h"

int access_allow(struct access *access, const char *spec)
{
	struct ip_prefix prefix;
	struct ip_prefix *list;

	if (ip_prefix_parse(spec, &prefix) != 0) {
		log_error("--allow %s is not a network; write it as 172.17.0.0/16 or fd00::/8",
			  spec);
		return -EINVAL;
	}
	list = reallocarray(access->allowed, access->allowed_count + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	access->allowed = list;
	list[access->allowed_count++] = prefix;
	return 0;
}

bool access_is_allowed(const struct access *access, const struct sockaddr *peer)
{
	if (access->allowed_count == 0)
		return true;
	for (size_t i = 0; i < access->allowed_count; i++) {
		if (ip_prefix_contains(&access->allowed[i], peer))
			return true;
	}
	return false;
}

static void say_ago(uint64_t seconds, char text[32])
{
	if (seconds < 120)
		snprintf(text, 32, "%" PRIu64 " seconds", seconds);
	else if (seconds < 7200)
		snprintf(text, 32, "%" PRIu64 " minutes", seconds / 60);
	else
		snprintf(text, 32, "%" PRIu64 " hours", seconds / 3600);
}

bool access_login(struct access *access, struct byte_view token_text, uint64_t now_s,
		  struct grant *grant, char reason[ACCESS_REASON_MAX])
{
	struct token token;
	char ago[32];

	if (token_parse(token_text, &token) != 0) {
		snprintf(reason, ACCESS_REASON_MAX,
			 "this is not a token; a token begins with " TOKEN_PREFIX);
		return false;
	}
	if (!seal_is_good(&token, &access->secret)) {
		snprintf(reason, ACCESS_REASON_MAX,
			 "the token is not one of this daemon's; take the one it printed at start, "
			 "or "
			 "make one with: ssh-forward-agentd token");
		return false;
	}
	if (revocations_have(&access->revoked, token.name)) {
		snprintf(reason, ACCESS_REASON_MAX,
			 "the token \"%s\" was revoked; make one of another name with: "
			 "ssh-forward-agentd token --name NAME",
			 token.name);
		return false;
	}
	if (token.expiry_s != 0 && now_s >= token.expiry_s) {
		say_ago(now_s - token.expiry_s, ago);
		snprintf(reason, ACCESS_REASON_MAX,
			 "the token \"%s\" expired %s ago; make another with: ssh-forward-agentd "
			 "token",
			 token.name, ago);
		return false;
	}
	grant->lease = NULL;
	if (token.max_signatures > 0) {
		grant->lease = lease_of_token(&access->leases, &token);
		if (grant->lease == NULL) {
			snprintf(reason, ACCESS_REASON_MAX, "the daemon is out of memory");
			return false;
		}
	}
	grant->has_token = true;
	grant->token = token;
	return true;
}

void access_deinit(struct access *access)
{
	secret_wipe(&access->secret);
	free(access->allowed);
	lease_book_deinit(&access->leases);
	revocations_deinit(&access->revoked);
}
