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
};

struct load_options {
	enum load_op op;
	struct agent_key_choice key;
	size_t connections;
	size_t requests;
	size_t warmup;
	size_t data_len; /* 0: that of a plain login */
	bool is_reconnecting;
	bool is_json;
	bool has_help;
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
