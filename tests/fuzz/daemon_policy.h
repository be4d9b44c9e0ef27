/*
 * daemon_policy.h - what may be signed in fuzz_daemon, by each of the configurations that its daemon is told to
 * take up: written down once more, for whoever checks what is signed.
 *
 * Four ids, each with an agent of its own: "one" without a policy; "two" for user git and namespace git, and for
 * TWO_SIGNATURES_MAX signatures; "three", which is to be confirmed; "four", for one host. So it is at first.
 */
#ifndef TESTS_FUZZ_DAEMON_POLICY_H
#define TESTS_FUZZ_DAEMON_POLICY_H

#include <stdbool.h>

#include "common/bytes.h"

enum {
	IDS = 4,
	ID_ONE = 0,
	ID_TWO,
	ID_CONFIRMED,
	ID_OF_HOST,
	TWO_SIGNATURES_MAX = 4,
	CONFIGURATIONS = 5,
	EPOCHS_MAX = 32,
};

#define DAEMON_POLICY_HOST "git.example.com"

extern const char *const daemon_ids[IDS];

/* What a signature takes, and what a policy has. */
enum {
	MAY_GIT = 1 << 0, /* a login of this user */
	MAY_ROOT = 1 << 1,
	MAY_OTHERS = 1 << 2,
	MAY_FILES = 1 << 3,    /* SSHSIG, namespace git */
	MAY_ANYWHERE = 1 << 4, /* a login where nothing says that it is to DAEMON_POLICY_HOST */
	MAY_NEVER = 1 << 5,    /* no policy has it */
	IS_OFFERED = 1 << 6,   /* the id is there */
};

/* What was in force, from the beginning on. */
struct daemon_policy {
	unsigned epoch; /* the last */
	unsigned allowed[EPOCHS_MAX][IDS];
	unsigned configuration;
	bool knows_host;
	unsigned two_count; /* how often "two" has begun to count its signatures */
};

void daemon_policy_begin(struct daemon_policy *policy);

/* False where there were so many that no more is told apart: nothing may be changed then. */
bool daemon_policy_may_change(const struct daemon_policy *policy);

/* Another configuration, and whether the host is known; is_two_used: there are connections to "two". */
void daemon_policy_change(struct daemon_policy *policy, unsigned configuration, bool knows_host,
			  bool is_two_used);

/* The configuration as text, with agents in directory; of CONFIGURATIONS and above: one with a mistake. */
void daemon_policy_put(struct byte_buf *text, unsigned configuration, const char *directory);

/* What signing this request takes; 0 for one that is about no signature. is_bound: the agent connection has been
 * bound to the host, in the sample's session. */
unsigned daemon_policy_needs(struct byte_view request, bool is_bound);

/* Whether the id has had all of needs at one time, since this epoch. */
bool daemon_policy_allows(const struct daemon_policy *policy, unsigned id, unsigned since,
			  unsigned needs);

#endif
