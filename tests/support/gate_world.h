/*
 * gate_world.h - a gate with a policy of one's own, hosts that known_hosts knows, and the requests
 * that a client behind it makes.
 */
#ifndef TESTS_SUPPORT_GATE_WORLD_H
#define TESTS_SUPPORT_GATE_WORLD_H

#include "agentd/gate.h"
#include "tests/support/login.h"

struct gate_world {
	struct policy policy;
	struct rules rules;
	struct trusted_hosts *trusted;
	struct gate gate;
};

/* With the file "known_hosts" of the workspace, empty at first, and a policy that says nothing. */
void gate_world_init(struct gate_world *world);
void gate_world_deinit(struct gate_world *world);

/* Has the policy say one thing more, and a new connection begin. */
void gate_world_set(struct gate_world *world, const char *name, const char *value);

/* A new connection. */
void gate_world_connect(struct gate_world *world);

/* Appends a line to the file known_hosts: names (with a marker before, if any) and the host's key. */
void gate_world_know(const char *names, const struct login_host *host);

/* Has the gate judge a request, given back to the heap; every refusal must have its reason. */
struct gate_decision gate_world_decide(struct gate_world *world, struct byte_buf *request);
struct gate_decision gate_world_login(struct gate_world *world, const struct login *login);
struct gate_decision gate_world_bind(struct gate_world *world, const struct login_host *host,
				     const char *session_id, bool is_forwarding);

/* A request to sign for an SSHSIG of this namespace by this key. */
struct gate_decision gate_world_sshsig(struct gate_world *world, const char *sshsig_namespace,
				       struct byte_view key_blob, uint32_t flags);

#endif
