/*
 * daemon_world.h - what is around the daemon in fuzz_daemon: a clock that goes when told to, work on files
 * that is done when told to, agents, an audit log and secrets, a configuration that is read again, known hosts.
 *
 * The ids are those of daemon_policy.h. Three secrets: "word" in memory, "file", "tree".
 */
#ifndef TESTS_FUZZ_DAEMON_WORLD_H
#define TESTS_FUZZ_DAEMON_WORLD_H

#include "agentd/reload.h"
#include "tests/fuzz/daemon_agent.h"
#include "tests/fuzz/words.h"

/* Is in each of the secrets. */
#define WORLD_MARK "this is secret"

/* What known_hosts says of the host that a policy names. */
enum world_hosts {
	HOST_IS_KNOWN,
	HOST_IS_NOT_KNOWN,
	HOST_IS_ANOTHER,
	HOST_IS_REVOKED,
	WORLD_HOSTS,
};

struct world {
	uv_loop_t loop;
	struct front front;
	struct audit audit;
	struct agent agents[IDS];
	int audit_fd; /* what is written to while the disk is not full */
	struct daemon_policy policy;
	struct words command_line;
	struct options options;
	struct inherited_sockets inherited; /* none; and nothing listens */
	struct listeners listeners;
	struct keepers keepers;
	struct service_notify notify;
	struct reload reload;
};

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

/* Reads the configuration again, now this one of daemon_policy.h, or one with a mistake, which changes nothing. */
void world_reload(struct world *world, unsigned configuration);

/* From now on known_hosts says so. */
void world_know_hosts(struct world *world, enum world_hosts hosts);

#endif
