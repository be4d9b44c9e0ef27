/*
 * daemon_world.h - what is around the daemon in fuzz_daemon: a clock that goes when told to, work on files
 * that is done when told to, agents, an audit log and secrets.
 *
 * Two ids, each with an agent of its own: "one" without a policy, "two" for user git and namespace git,
 * and for TWO_SIGNATURES_MAX signatures. Three secrets: "word" in memory, "file", "tree".
 */
#ifndef TESTS_FUZZ_DAEMON_WORLD_H
#define TESTS_FUZZ_DAEMON_WORLD_H

#include "agentd/front.h"

enum { IDS = 2, AGENT_CONNECTIONS = 12, TWO_SIGNATURES_MAX = 4 };

/* Is in each of the secrets. */
#define WORLD_MARK "this is secret"

struct agent_connection {
	int fd; /* -1: none */
	struct byte_buf asked;
};

struct agent {
	struct agent_connection connections[AGENT_CONNECTIONS];
	unsigned connection_count; /* since the world began */
	unsigned sign_requests;
	unsigned signatures;
	bool answers;  /* by itself */
	bool has_lied; /* said what it liked: its signatures are not all counted */
};

struct world {
	uv_loop_t loop;
	struct front front;
	struct audit audit;
	struct agent agents[IDS];
	int audit_fd; /* what is written to while the disk is not full */
};

extern const char *const world_ids[IDS];

/* The audit log is required if is_strict. */
void world_begin(struct world *world, bool is_strict);

/* All peers are gone: sees to it that nothing of them is left, ends the daemon, and that nothing of that is
 * left either. */
void world_end(struct world *world);

/* A turn of the loop, and of the agents. */
void world_turn(struct world *world);

/* The clock goes on, and the daemon with it. */
void world_wait(struct world *world, uint64_t ms);

/* What the daemon has threads for waits, or is done in the next turns. */
void world_hold_files(struct world *world, bool holds);

/* The audit log cannot be written; or it can again. */
void world_fill_disk(struct world *world, bool is_full);

/* How many lines of signatures the audit log has. */
unsigned world_recorded(struct world *world);

/* What the agent does: answers what it was asked as it should, says something, hangs up. */
void world_agent_answer(struct agent *agent, unsigned which);
void world_agent_say(struct agent *agent, unsigned which, struct byte_view bytes);
void world_agent_hang_up(struct agent *agent, unsigned which);

#endif
