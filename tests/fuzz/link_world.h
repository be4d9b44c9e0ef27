/*
 * link_world.h - what is around the shim's end of a link in fuzz_link: a daemon, programs that want an agent, the
 * build's log, and a search for another daemon that finds none.
 */
#ifndef TESTS_FUZZ_LINK_WORLD_H
#define TESTS_FUZZ_LINK_WORLD_H

#include "shim/agent_conn.h"
#include "shim/ask.h"
#include "shim/uplink.h"
#include "shim/wait_notice.h"

enum { PROGRAMS = 4, ASKS = 3, LINK_STREAM_MAX = 1024 * 1024 };

struct program {
	struct agent_conn *conn;
	int fd; /* the program's end; -1: none */
	struct byte_buf fed;
	struct byte_buf got;
	unsigned requests;
	unsigned replies;
};

struct world {
	uv_loop_t loop;
	struct link_credentials credentials;
	struct link *link; /* until it is the uplink's, or gone */
	struct uplink uplink;
	struct wait_notice notice;
	struct program programs[PROGRAMS];
	struct ask *asks[ASKS];
	int daemon_fd;
	struct byte_buf out;
	struct byte_buf in;
	bool is_up; /* the uplink has the link */
	bool has_greeted;
	bool is_ours;
};

/* The hash of the host key that the token names. */
extern const uint8_t our_hash[32];

void world_begin(struct world *world, bool has_token);

/* Ends the shim, in the order in which it does; and nothing is left of it. What it said is fit for the build's log. */
void world_end(struct world *world);

/* The loop, the daemon and the programs have a turn. */
void world_turn(struct world *world);

/* The daemon says. */
void world_say(struct world *world, int type, unsigned number, struct byte_view body);

/* A program has gone. */
void program_end(struct program *program);

#endif
