/*
 * relay_world.h - relays on a real loop, each with a client that counts what comes back, and a
 * fake agent behind them.
 *
 * A test runs in a workspace (workspace.h); the agent listens there at "agent.sock".
 */
#ifndef TESTS_SUPPORT_RELAY_WORLD_H
#define TESTS_SUPPORT_RELAY_WORLD_H

#include "agentd/relay.h"

enum { WORLD_CLIENTS_MAX = 16 };

struct world_client {
	struct relay *relay;
	struct grant grant;
	unsigned replies;
	struct byte_buf last; /* the last reply, its header included */
	const char *excuse;   /* what was said before it, of why it is a failure; else NULL */
	const char *next_excuse;
	bool has_ended;
	bool goes_on; /* takes up its next request as soon as a reply has come */
};

struct world {
	uv_loop_t loop;
	struct limits limits;
	struct source_set sources;
	struct upstream_pool pool;
	struct confirm confirm; /* by the program that SSH_ASKPASS named at first */
	struct relay_context context;
	struct world_client clients[WORLD_CLIENTS_MAX];
	size_t client_count;
	unsigned quiet_count; /* times that on_quiet came */
	pid_t agent;
};

/* An agent with this script (fake_agent.h), NULL for none; limits as by default. */
void world_init(struct world *world, const char *script);

/* Closes what is left; asserts that the loop closes clean; ends the agent. */
void world_deinit(struct world *world);

/* The id that clients come for. */
struct source *world_source(const struct world *world);

struct world_client *world_add_client(struct world *world);

/* One that is of the build at this address. */
struct world_client *world_add_client_of(struct world *world, const char *address);

/* Hands the relay bytes, and has it run. */
void client_send(struct world_client *client, struct byte_view bytes);

/* Whole requests: identities; a signature over a login of a user whose name is so long; a
 * session-bind, for forwarding, or of the session of that login. */
void client_ask_list(struct world_client *client);
void client_ask_signature(struct world_client *client, size_t user_len);
void client_ask_bind(struct world_client *client);
void client_ask_bind_login(struct world_client *client);

/* Appends the frame that client_ask_signature sends. */
void put_sign_frame(struct byte_buf *frame, size_t user_len);

/* Runs the loop until it is so; fails after some seconds. */
void world_await_replies(struct world *world, const struct world_client *client, unsigned count);
void world_await_end(struct world *world, const struct world_client *client);

/* One turn of the loop, without waiting. */
void world_turn(struct world *world);

/* Lets this time go by, in the loop. */
void world_pass(struct world *world, unsigned ms);

/* The type of the last reply. */
int client_reply_type(const struct world_client *client);

#endif
