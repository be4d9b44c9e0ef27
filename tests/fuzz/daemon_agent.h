/*
 * daemon_agent.h - the agents behind the ids in fuzz_daemon, who answer, stall, lie and die when told to; and what
 * they may be asked, whoever asks.
 */
#ifndef TESTS_FUZZ_DAEMON_AGENT_H
#define TESTS_FUZZ_DAEMON_AGENT_H

#include "tests/fuzz/daemon_policy.h"

enum { AGENT_CONNECTIONS = 12, CONFIRM_LOGINS_MAX = 2 };

struct agent_connection {
	int fd;	       /* -1: none */
	bool is_bound; /* was told of the known host */
	struct byte_buf asked;
};

struct agent {
	unsigned id;
	int listen_fd;
	const struct daemon_policy *policy;
	struct agent_connection connections[AGENT_CONNECTIONS];
	unsigned connection_count; /* since it began */
	unsigned sign_requests;
	unsigned git_logins; /* of them */
	unsigned root_logins;
	unsigned files;
	unsigned signatures;
	bool answers; /* by itself */
};

/* Listens at path, which has room for it; the descriptor stays for all agents to come. */
int agent_listen(const char *path);

/* Of the id, which answers by itself; policy is what the daemon is to go by. */
void agent_begin(struct agent *agent, unsigned id, int listen_fd,
		 const struct daemon_policy *policy);
void agent_end(struct agent *agent);

/* Takes what is asked, and sees to it that it may be. */
void agent_turn(struct agent *agent);

/* What the agent does: answers what it was asked as it should, says something, hangs up. */
void agent_answer(struct agent *agent, unsigned which);
void agent_say(struct agent *agent, unsigned which, struct byte_view bytes);
void agent_hang_up(struct agent *agent, unsigned which);

#endif
