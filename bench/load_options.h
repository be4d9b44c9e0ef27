/*
 * load_options.h - what to put to the agent: agent-load's options, and the director's orders.
 */
#ifndef BENCH_LOAD_OPTIONS_H
#define BENCH_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/agent_client.h"

enum load_op {
	LOAD_OP_LIST,
	LOAD_OP_SIGN,
	LOAD_OP_COMMAND, /* a run of the command is a request */
};

struct load_options {
	enum load_op op;
	struct agent_key_choice key;
	size_t connections;
	size_t requests;
	size_t warmup;
	size_t data_len;   /* 0: that of a plain login */
	size_t identities; /* in the answer to a list; 0: any number */
	bool binds; /* each connection, first of all, to the session of the login (session_bind.h) */
	bool is_reconnecting;
	bool is_json;
	bool has_help;
	bool shows_host_key;  /* that session_bind.h binds with */
	const char *command;  /* what LOAD_OP_COMMAND runs; a player's own, not the director's */
	bool keeps;	      /* as a player: the connections are kept until the next order */
	const char *director; /* ADDR:PORT to take orders from; NULL: do as the options say, once */
	const char *name;     /* ours, told to the director */
	bool counts_container; /* the CPU time of all that /proc shows, instead of our own */
};

/*
 * Strings in *out point into argv. argv[0] is skipped. 0, or -EINVAL after one line on stderr
 * that says what is wrong.
 */
int load_options_parse(int argc, char *argv[], struct load_options *out);

extern const char load_options_usage[];

#endif
