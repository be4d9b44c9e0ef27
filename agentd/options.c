#include "agentd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "version.h"

static const char usage_head[] =
	"Usage: ssh-forward-agentd [options] [-- command [arg...]]\n"
	"       ssh-forward-agentd token [options]      make a token of the running daemon\n"
	"\n"
	"Offers SSH keys to container builds, which sign with them through ssh-shim and never "
	"hold\n"
	"them. With a command: runs it with a token in SSH_SHIM_TOKEN, ends when it ends, and "
	"exits\n"
	"with its status.\n"
	"\n"
	"What to offer (none: --agent default):\n"
	"  --key ID=FILE[,FILE...]  key files; FILE may be env:NAME, or - for standard input\n"
	"  --agent ID[=SOCKET]      a running agent; by default the one of SSH_AUTH_SOCK\n"
	"  --ssh SPEC               as BuildKit's: default, or ID[=SOCKET|KEY[,KEY...]]\n"
	"  --secret SPEC            as BuildKit's: id=ID[,src=PATH|,env=NAME][,type=file|env]\n"
	"  --passphrase-file FILE   passphrases of key files, one a line, tried in turn\n"
	"\n"
	"To whom:\n"
	"  --listen SPEC            ADDRESS[:PORT], INTERFACE[:PORT], unix:/path, or auto: the\n"
	"                           container bridges of this host (default; port 2522)\n"
	"  --trust-network          who comes over the named interface, from its own network,\n"
	"                           needs no token\n"
	"  --allow CIDR             let nobody else connect (repeatable)\n"
	"  --token-file FILE        keep the secret of tokens in FILE (made if missing), so that\n"
	"                           tokens outlive the daemon\n"
	"\n"
	"How:\n"
	"  --fork                   go to the background once listening, for\n"
	"                           eval \"$(ssh-forward-agentd --fork ...)\"\n"
	"  --log-level LEVEL        error, warn, info (default) or debug\n"
	"  --limit NAME=N           a bound, by default:\n";

static const char usage_tail[] = "  --help, --version\n";

enum {
	OPT_KEY = 256,
	OPT_AGENT,
	OPT_SSH,
	OPT_SECRET,
	OPT_PASSPHRASE_FILE,
	OPT_LISTEN,
	OPT_TRUST_NETWORK,
	OPT_ALLOW,
	OPT_TOKEN_FILE,
	OPT_FORK,
	OPT_LOG_LEVEL,
	OPT_LIMIT,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"key", required_argument, NULL, OPT_KEY},
	{"agent", required_argument, NULL, OPT_AGENT},
	{"ssh", required_argument, NULL, OPT_SSH},
	{"secret", required_argument, NULL, OPT_SECRET},
	{"passphrase-file", required_argument, NULL, OPT_PASSPHRASE_FILE},
	{"listen", required_argument, NULL, OPT_LISTEN},
	{"trust-network", no_argument, NULL, OPT_TRUST_NETWORK},
	{"allow", required_argument, NULL, OPT_ALLOW},
	{"token-file", required_argument, NULL, OPT_TOKEN_FILE},
	{"fork", no_argument, NULL, OPT_FORK},
	{"log-level", required_argument, NULL, OPT_LOG_LEVEL},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

static int string_list_add(struct string_list *strings, char *text)
{
	char **list = reallocarray((void *)strings->list, strings->count + 1, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	strings->list = list;
	list[strings->count++] = text;
	return 0;
}

static void print_usage(void)
{
	fputs(usage_head, stdout);
	limits_print_help();
	fputs(usage_tail, stdout);
}

static int apply_limit(struct limits *limits, const char *spec)
{
	int err = limits_apply(limits, spec);

	if (err == -ENOENT)
		log_error("--limit %s: there is no limit of that name; --help lists them", spec);
	else if (err != 0)
		log_error("--limit %s: say NAME=N with a number that makes sense", spec);
	return err;
}

static int apply_log_level(const char *text, enum log_level *level)
{
	int err = log_parse_level(text, level);

	if (err != 0)
		log_error("--log-level %s: say error, warn, info or debug", text);
	return err;
}

/* One option that takes effect at once; 0 or a negative errno after a report. */
static int apply(struct options *options, int option, char *value)
{
	switch (option) {
	case OPT_KEY:
		return source_add_keys(&options->sources, value);
	case OPT_AGENT:
		return source_add_agent(&options->sources, value);
	case OPT_SSH:
		return source_add_ssh(&options->sources, value);
	case OPT_SECRET:
		return secret_set_add_option(&options->secrets, value);
	case OPT_PASSPHRASE_FILE:
		options->passphrase_file = value;
		return 0;
	case OPT_LISTEN:
		return string_list_add(&options->listen, value);
	case OPT_TRUST_NETWORK:
		options->trusts_network = true;
		return 0;
	case OPT_ALLOW:
		return string_list_add(&options->allow, value);
	case OPT_TOKEN_FILE:
		options->token_file = value;
		return 0;
	case OPT_FORK:
		options->forks = true;
		return 0;
	case OPT_LOG_LEVEL:
		return apply_log_level(value, &options->log_level);
	case OPT_LIMIT:
		return apply_limit(&options->limits, value);
	default: /* getopt has said what is wrong */
		return -EINVAL;
	}
}

static int set_defaults(struct options *options)
{
	static char auto_spec[] = "auto";
	int err = 0;

	if (options->sources.count == 0)
		err = source_add_agent(&options->sources, "default");
	if (err == 0 && options->listen.count == 0)
		err = string_list_add(&options->listen, auto_spec);
	return err;
}

enum options_verdict options_parse(int argc, char **argv, struct options *options)
{
	int option;

	*options = (struct options){.limits = limits_default, .log_level = LOG_LEVEL_INFO};
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		if (option == OPT_HELP) {
			print_usage();
			return OPTIONS_DONE;
		}
		if (option == OPT_VERSION) {
			puts("ssh-forward-agentd " SFA_VERSION);
			return OPTIONS_DONE;
		}
		if (apply(options, option, optarg) != 0)
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		/* getopt stops behind "--"; at a word without it, somebody forgot an option. */
		if (strcmp(argv[optind - 1], "--") != 0) {
			log_error("what is \"%s\" here? a command goes behind \"--\"; see --help",
				  argv[optind]);
			return OPTIONS_WRONG;
		}
		options->command = argv + optind;
	}
	if (options->command != NULL && options->forks) {
		log_error("--fork and a command do not go together: the daemon ends with the "
			  "command");
		return OPTIONS_WRONG;
	}
	return set_defaults(options) == 0 ? OPTIONS_RUN : OPTIONS_WRONG;
}

void options_deinit(struct options *options)
{
	free((void *)options->listen.list);
	free((void *)options->allow.list);
}
