#include "bench/load_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECTIONS_MAX = 10000,
	REQUESTS_MAX = 100 * 1000 * 1000,
	WARMUP_DEFAULT = 0,
	REQUESTS_DEFAULT = 1000,
};

const char load_options_usage[] =
	"usage: agent-load [options]\n"
	"Puts requests to the agent at $SSH_AUTH_SOCK and tells how long they took.\n"
	"  --op list|sign|command\n"
	"                       what to ask for (sign); command: run --command, without an agent\n"
	"  --connections N      connections at once, one request in flight on each (1)\n"
	"  --requests M         requests in all (1000)\n"
	"  --warmup K           requests before those, not measured (0)\n"
	"  --reconnect          a new connection for every request\n"
	"  --key-type TYPE      sign with the first key of this type, such as ssh-ed25519\n"
	"  --key-index I        sign with key number I (of that type), from 0\n"
	"  --data-len B         length of the data to sign, in bytes\n"
	"  --identities N       how many identities an answer to list must have (0: any)\n"
	"  --bind               begin each connection with a session-bind, as ssh does\n"
	"  --print-host-key     print the host key of that, as for known_hosts, and do no more\n"
	"  --command 'PATH ARG...'  what --op command runs\n"
	"  --json               print the result as JSON\n"
	"For bench/run:\n"
	"  --director A:PORT    connect there, and do what is asked, line by line\n"
	"  --name NAME          how to call ourselves there\n"
	"  --keep               keep the connections until the next order\n"
	"  --count-container    CPU time: that of every process in sight, not just ours\n";

enum load_option {
	OPTION_OP = 1,
	OPTION_CONNECTIONS,
	OPTION_REQUESTS,
	OPTION_WARMUP,
	OPTION_RECONNECT,
	OPTION_KEY_TYPE,
	OPTION_KEY_INDEX,
	OPTION_DATA_LEN,
	OPTION_IDENTITIES,
	OPTION_BIND,
	OPTION_PRINT_HOST_KEY,
	OPTION_COMMAND,
	OPTION_KEEP,
	OPTION_JSON,
	OPTION_DIRECTOR,
	OPTION_NAME,
	OPTION_COUNT_CONTAINER,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{"op", required_argument, NULL, OPTION_OP},
	{"connections", required_argument, NULL, OPTION_CONNECTIONS},
	{"requests", required_argument, NULL, OPTION_REQUESTS},
	{"warmup", required_argument, NULL, OPTION_WARMUP},
	{"reconnect", no_argument, NULL, OPTION_RECONNECT},
	{"key-type", required_argument, NULL, OPTION_KEY_TYPE},
	{"key-index", required_argument, NULL, OPTION_KEY_INDEX},
	{"data-len", required_argument, NULL, OPTION_DATA_LEN},
	{"identities", required_argument, NULL, OPTION_IDENTITIES},
	{"bind", no_argument, NULL, OPTION_BIND},
	{"print-host-key", no_argument, NULL, OPTION_PRINT_HOST_KEY},
	{"command", required_argument, NULL, OPTION_COMMAND},
	{"keep", no_argument, NULL, OPTION_KEEP},
	{"json", no_argument, NULL, OPTION_JSON},
	{"director", required_argument, NULL, OPTION_DIRECTOR},
	{"name", required_argument, NULL, OPTION_NAME},
	{"count-container", no_argument, NULL, OPTION_COUNT_CONTAINER},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

static int parse_count(const char *name, const char *text, size_t min, size_t max, size_t *out)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
	    value > max) {
		fprintf(stderr, "agent-load: --%s: '%s' is no number from %zu to %zu\n", name, text,
			min, max);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

static int parse_op(const char *text, enum load_op *op)
{
	if (strcmp(text, "list") == 0) {
		*op = LOAD_OP_LIST;
	} else if (strcmp(text, "sign") == 0) {
		*op = LOAD_OP_SIGN;
	} else if (strcmp(text, "command") == 0) {
		*op = LOAD_OP_COMMAND;
	} else {
		fprintf(stderr, "agent-load: --op: '%s' is none of list, sign, command\n", text);
		return -EINVAL;
	}
	return 0;
}

static int apply_option(struct load_options *options, int option, char *value)
{
	switch (option) {
	case OPTION_OP:
		return parse_op(value, &options->op);
	case OPTION_CONNECTIONS:
		return parse_count("connections", value, 1, CONNECTIONS_MAX, &options->connections);
	case OPTION_REQUESTS:
		return parse_count("requests", value, 1, REQUESTS_MAX, &options->requests);
	case OPTION_WARMUP:
		return parse_count("warmup", value, 0, REQUESTS_MAX, &options->warmup);
	case OPTION_KEY_INDEX:
		return parse_count("key-index", value, 0, REQUESTS_MAX, &options->key.index);
	case OPTION_DATA_LEN:
		return parse_count("data-len", value, 0, REQUESTS_MAX, &options->data_len);
	case OPTION_IDENTITIES:
		return parse_count("identities", value, 0, REQUESTS_MAX, &options->identities);
	case OPTION_BIND:
		options->binds = true;
		return 0;
	case OPTION_PRINT_HOST_KEY:
		options->shows_host_key = true;
		return 0;
	case OPTION_COMMAND:
		options->command = value;
		return 0;
	case OPTION_KEEP:
		options->keeps = true;
		return 0;
	case OPTION_RECONNECT:
		options->is_reconnecting = true;
		return 0;
	case OPTION_KEY_TYPE:
		options->key.type = value;
		return 0;
	case OPTION_JSON:
		options->is_json = true;
		return 0;
	case OPTION_DIRECTOR:
		options->director = value;
		return 0;
	case OPTION_NAME:
		options->name = value;
		return 0;
	case OPTION_COUNT_CONTAINER:
		options->counts_container = true;
		return 0;
	case OPTION_HELP:
		options->has_help = true;
		return 0;
	default: /* getopt_long has said what is wrong */
		return -EINVAL;
	}
}

int load_options_parse(int argc, char *argv[], struct load_options *out)
{
	struct load_options options = {
		.op = LOAD_OP_SIGN,
		.connections = 1,
		.requests = REQUESTS_DEFAULT,
		.warmup = WARMUP_DEFAULT,
		.name = "agent-load",
	};
	int option;
	int err = 0;

	optind = 0; /* orders are parsed in the same process, one after the other */
	while (err == 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		err = apply_option(&options, option, optarg);
	if (err == 0 && optind < argc) {
		fprintf(stderr, "agent-load: '%s' is no option\n", argv[optind]);
		err = -EINVAL;
	}
	if (err == 0)
		*out = options;
	return err;
}
