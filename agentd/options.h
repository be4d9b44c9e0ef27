/*
 * options.h - the command line of the daemon.
 */
#ifndef AGENTD_OPTIONS_H
#define AGENTD_OPTIONS_H

#include "agentd/limits.h"
#include "agentd/secret_set.h"
#include "agentd/source.h"
#include "common/log.h"

struct string_list {
	char **list; /* borrowed from argv */
	size_t count;
};

struct options {
	struct source_set sources;
	struct secret_set secrets;
	struct string_list listen;
	struct string_list allow;
	struct limits limits;
	enum log_level log_level;
	const char *token_file;
	const char *passphrase_file;
	char **command; /* what stands behind "--", or NULL */
	bool trusts_network;
	bool forks;
};

enum options_verdict {
	OPTIONS_RUN,
	OPTIONS_DONE,  /* --help or --version: printed, exit 0 */
	OPTIONS_WRONG, /* reported, exit 2 */
};

/* Fills in defaults where the command line is silent: --agent default, --listen auto. */
enum options_verdict options_parse(int argc, char **argv, struct options *options);

/* Frees all but options->sources and secrets, which the daemon takes over. */
void options_deinit(struct options *options);

#endif
