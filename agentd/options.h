/*
 * options.h - how the daemon shall run: what the command line and the configuration file say.
 */
#ifndef AGENTD_OPTIONS_H
#define AGENTD_OPTIONS_H

#include "agentd/audit.h"
#include "agentd/limits.h"
#include "agentd/secret_set.h"
#include "agentd/source.h"
#include "agentd/word_list.h"
#include "common/log.h"

struct options {
	int argc; /* the command line, to be read again; borrowed */
	char **argv;
	char *config_path; /* the configuration file that was read, or NULL */
	struct source_set sources;
	struct secret_set secrets;
	struct word_list listen;
	struct word_list allow;
	struct word_list known_hosts; /* files; none: those of ssh */
	struct limits limits;
	enum log_level log_level;
	enum log_format log_format;
	char *token_file;
	char *passphrase_file;
	char *audit_log; /* "journal", a file, or NULL */
	enum audit_mode audit_mode;
	char **command; /* what stands behind "--", or NULL; borrowed from argv */
	bool trusts_network;
	bool is_discoverable;
	bool forks;
};

enum options_verdict {
	OPTIONS_RUN,
	OPTIONS_DONE,  /* --help, --version, or -t and all is well: printed, exit 0 */
	OPTIONS_WRONG, /* reported, exit 2 */
};

/*
 * Reads the configuration file, then the command line, which wins: it adds to lists, and replaces
 * single values and what backs an id. Fills in defaults where both are silent: --agent default,
 * --listen auto. May be called again, for what the file says by then.
 */
enum options_verdict options_parse(int argc, char **argv, struct options *options);

/* The same, from the command line of now, but for the files of secrets: those are not looked at (secret_look). */
enum options_verdict options_parse_again(const struct options *now, struct options *options);

/* Frees all but options->sources and secrets, which the daemon takes over. */
void options_deinit(struct options *options);

#endif
