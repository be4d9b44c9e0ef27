#include "agentd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/config.h"
#include "agentd/config_path.h"
#include "agentd/setting.h"
#include "agentd/source_rules.h"
#include "version.h"

static const char usage_head[] =
	"Usage: ssh-forward-agentd [options] [-- command [arg...]]\n"
	"       ssh-forward-agentd token [options]      make a token of the running daemon\n"
	"       ssh-forward-agentd revoke NAME          end what tokens of this name are good for\n"
	"       ssh-forward-agentd ping                 is the running daemon well?\n"
	"       ssh-forward-agentd status [options]     how it fares\n"
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
	"  --known-hosts FILE       the host keys to go by, in the place of ~/.ssh/known_hosts "
	"and\n"
	"                           /etc/ssh/ssh_known_hosts; all of them are handed to builds,\n"
	"                           of those others only what an id's policy names (repeatable)\n"
	"  --passphrase-file FILE   passphrases of key files, one a line, tried in turn\n"
	"\n"
	"To whom:\n"
	"  --listen SPEC            ADDRESS[:PORT], INTERFACE[:PORT], unix:/path, or auto: the\n"
	"                           container bridges of this host; in a container, its own\n"
	"                           interfaces (default; port 2522)\n"
	"  --trust-network          who comes over the named interface, from its own network,\n"
	"                           needs no token\n"
	"  --discoverable           answer shims that look for a daemon by broadcast\n"
	"  --allow CIDR             let nobody else connect (repeatable)\n"
	"  --token-file FILE        keep the secret of tokens in FILE (made if missing), so that\n"
	"                           tokens outlive the daemon\n"
	"\n"
	"How:\n"
	"  --config FILE            read FILE, not $XDG_CONFIG_HOME/ssh-forward-agentd/config or\n"
	"                           /etc/ssh-forward-agentd/config; see "
	"ssh-forward-agentd.conf(5)\n"
	"  -t, --test               say what is wrong with the configuration, and do no more\n"
	"  --fork                   go to the background once listening, for\n"
	"                           eval \"$(ssh-forward-agentd --fork ...)\"\n"
	"  --log-level LEVEL        error, warn, info (default) or debug\n"
	"  --log-format FORMAT      text (default), or json: an object a line, for machines\n"
	"  --audit-log FILE         a line of JSON for each decision; journal: in systemd's "
	"journal\n"
	"  --audit MODE             required: nothing is signed that cannot be recorded;\n"
	"                           best-effort (default): a warning\n"
	"  --limit NAME=N           a bound, by default:\n";

static const char usage_tail[] = "  --help, --version\n";

enum {
	OPT_KEY = 256,
	OPT_AGENT,
	OPT_SSH,
	OPT_SECRET,
	OPT_SETTING, /* setting.h has its name */
	OPT_FORK,
	OPT_LIMIT,
	OPT_CONFIG,
	OPT_TEST = 't',
	OPT_HELP = 512,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"key", required_argument, NULL, OPT_KEY},
	{"agent", required_argument, NULL, OPT_AGENT},
	{"ssh", required_argument, NULL, OPT_SSH},
	{"secret", required_argument, NULL, OPT_SECRET},
	{"known-hosts", required_argument, NULL, OPT_SETTING},
	{"passphrase-file", required_argument, NULL, OPT_SETTING},
	{"listen", required_argument, NULL, OPT_SETTING},
	{"trust-network", no_argument, NULL, OPT_SETTING},
	{"discoverable", no_argument, NULL, OPT_SETTING},
	{"allow", required_argument, NULL, OPT_SETTING},
	{"token-file", required_argument, NULL, OPT_SETTING},
	{"fork", no_argument, NULL, OPT_FORK},
	{"log-level", required_argument, NULL, OPT_SETTING},
	{"log-format", required_argument, NULL, OPT_SETTING},
	{"audit-log", required_argument, NULL, OPT_SETTING},
	{"audit", required_argument, NULL, OPT_SETTING},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"config", required_argument, NULL, OPT_CONFIG},
	{"test", no_argument, NULL, OPT_TEST},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

static const char short_options[] = "+:t"; /* mistakes are told by us */

static void print_usage(void)
{
	fputs(usage_head, stdout);
	limits_print_help();
	fputs(usage_tail, stdout);
}

static int apply_limit(struct limits *limits, const char *spec)
{
	char reason[LIMITS_REASON_MAX] = "say NAME=N";
	const char *equals = strchr(spec, '=');
	char *name;
	int err;

	name = strndup(spec, equals != NULL ? (size_t)(equals - spec) : strlen(spec));
	if (name == NULL)
		return -ENOMEM;
	err = limits_set(limits, name, equals != NULL ? equals + 1 : "", reason);
	free(name);
	if (err == -ENOENT)
		log_error("--limit %s: there is no limit of that name; --help lists them", spec);
	else if (err != 0)
		log_error("--limit %s: say NAME=N, with %s", spec, reason);
	return err;
}

static int apply_setting(struct options *options, const char *name, const char *value)
{
	const struct setting *setting = setting_find(name);
	char reason[SETTING_REASON_MAX] = "out of memory";
	int err;

	err = setting_apply(setting, options, value != NULL ? value : "yes", reason);
	if (err != 0)
		log_error("--%s %s: %s", name, value != NULL ? value : "", reason);
	return err;
}

/* One option that takes effect at once; 0 or a negative errno after a report. */
static int apply(struct options *options, int option, const char *name, const char *value)
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
	case OPT_SETTING:
		return apply_setting(options, name, value);
	case OPT_FORK:
		options->forks = true;
		return 0;
	case OPT_LIMIT:
		return apply_limit(&options->limits, value);
	case OPT_CONFIG: /* have been looked at before the others */
	case OPT_TEST:
		return 0;
	default:
		return -EINVAL;
	}
}

/* What is looked at before the configuration is read. */
struct preview {
	const char *config;
	bool tests;
	bool wants_help;
	bool wants_version;
	enum log_format log_format; /* mistakes are told in it */
};

/* Mistakes are for later: it is silent. */
static struct preview look_ahead(int argc, char **argv)
{
	struct preview preview = {.log_format = log_get_format()};
	int option;
	int index = 0;

	optind = 0; /* getopt starts anew */
	while ((option = getopt_long(argc, argv, short_options, long_options, &index)) != -1) {
		if (option == OPT_CONFIG)
			preview.config = optarg;
		else if (option == OPT_SETTING &&
			 strcmp(long_options[index].name, "log-format") == 0)
			(void)log_parse_format(optarg, &preview.log_format);
		else if (option == OPT_TEST)
			preview.tests = true;
		else if (option == OPT_HELP)
			preview.wants_help = true;
		else if (option == OPT_VERSION)
			preview.wants_version = true;
		if (preview.wants_help || preview.wants_version)
			break;
	}
	return preview;
}

/* What getopt did not take: ':', it lacks a value; '?', anything else. optopt: which it is. */
static void report_mistake(int option, const char *word)
{
	if (option == '?' && optopt > 0 && optopt < OPT_KEY && optopt != OPT_TEST)
		log_error("-%c: there is no such option; --help lists them", optopt);
	else if (option == ':')
		log_error("%s: its value is missing; see --help", word);
	else if (optopt != 0)
		log_error("%s: it takes no value; see --help", word);
	else
		log_error("%s: there is no such option, or more than one that begins so; --help "
			  "lists them",
			  word);
}

static int parse_command_line(int argc, char **argv, struct options *options)
{
	int option;
	int index = 0;

	optind = 0;
	while ((option = getopt_long(argc, argv, short_options, long_options, &index)) != -1) {
		int err = apply(options, option, long_options[index].name, optarg);

		if (option == '?' || option == ':')
			report_mistake(option, argv[optind - 1]);
		if (err != 0)
			return err;
	}
	if (optind < argc) {
		/* getopt stops behind "--"; at a word without it, somebody forgot an option. */
		if (strcmp(argv[optind - 1], "--") != 0) {
			log_error("what is \"%s\" here? a command goes behind \"--\"; see --help",
				  argv[optind]);
			return -EINVAL;
		}
		options->command = argv + optind;
	}
	if (options->command != NULL && options->forks) {
		log_error("--fork and a command do not go together: the daemon ends with the "
			  "command");
		return -EINVAL;
	}
	return 0;
}

static bool has_sources_from_commandline(const struct source_set *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		if (sources->list[i]->is_from_commandline)
			return true;
	}
	return false;
}

/*
 * Who names what to offer offers that and no more: a configuration that just lies in its place adds
 * none, only what it says of the ids named. One that is named as well adds its own.
 */
static void drop_unasked_sources(struct source_set *sources)
{
	if (!has_sources_from_commandline(sources))
		return;
	for (size_t i = sources->count; i-- > 0;) {
		if (!sources->list[i]->is_from_commandline)
			source_set_drop(sources, i);
	}
}

/* An [id] that nothing backs is the running agent. */
static int back_sources(struct options *options)
{
	int err = 0;

	for (size_t i = 0; i < options->sources.count; i++) {
		struct source *source = options->sources.list[i];
		char *where = NULL;
		int source_err = 0;

		if (source_is_backed(source))
			continue;
		if (asprintf(&where, "%s:%u", options->config_path, source->config_line) < 0)
			return -ENOMEM;
		source_err = source_set_agent(source, where, NULL);
		free(where);
		if (source_err != 0)
			err = source_err;
	}
	return err;
}

static int set_defaults(struct options *options)
{
	int err = 0;

	/* Secrets alone are enough to offer where no agent runs. */
	if (options->sources.count == 0 &&
	    (options->secrets.count == 0 || getenv("SSH_AUTH_SOCK") != NULL))
		err = source_add_agent(&options->sources, "default");
	if (err == 0 && options->listen.count == 0)
		err = word_list_add(&options->listen, view_of("auto"));
	return err;
}

static void say_tested(const struct options *options)
{
	char *path = NULL;

	if (options->config_path != NULL) {
		printf("%s: ok\n", options->config_path);
		return;
	}
	printf("there is no configuration; it could be\n");
	for (size_t i = 0; config_path_default(i, &path) == 0; i++) {
		printf("  %s\n", path);
		free(path);
	}
}

/* What cannot be seen from the words alone: hosts, keys in files, known_hosts. */
static int test_policies(struct options *options)
{
	struct trusted_hosts *trusted = trusted_hosts_new();
	int err = -ENOMEM;

	if (trusted != NULL)
		err = trusted_hosts_set_files(trusted, options->known_hosts.list,
					      options->known_hosts.count);
	if (err == 0)
		err = source_set_make_rules(&options->sources, trusted, options->config_path);
	source_set_drop_rules(&options->sources);
	trusted_hosts_free(trusted);
	return err;
}

static enum options_verdict parse(int argc, char **argv, bool leaves_files, struct options *options)
{
	struct preview preview = look_ahead(argc, argv);
	int config_err;
	int err;

	*options = (struct options){
		.argc = argc, .argv = argv, .limits = limits_default, .log_level = LOG_LEVEL_INFO};
	options->secrets.leaves_files = leaves_files;
	log_set_format(preview.log_format);
	if (preview.wants_help)
		print_usage();
	else if (preview.wants_version)
		puts("ssh-forward-agentd " SFA_VERSION);
	if (preview.wants_help || preview.wants_version)
		return OPTIONS_DONE;
	/* Mistakes of both are told. */
	config_err = config_load(preview.config, options);
	err = parse_command_line(argc, argv, options);
	if (err == 0 && preview.config == NULL)
		drop_unasked_sources(&options->sources);
	if (err == 0)
		err = back_sources(options);
	if (err == 0 && config_err == 0)
		err = set_defaults(options);
	if (err != 0 || config_err != 0)
		return OPTIONS_WRONG;
	if (!preview.tests)
		return OPTIONS_RUN;
	if (test_policies(options) != 0)
		return OPTIONS_WRONG;
	source_set_warn_of_no_askpass(&options->sources);
	say_tested(options);
	return OPTIONS_DONE;
}

enum options_verdict options_parse(int argc, char **argv, struct options *options)
{
	return parse(argc, argv, false, options);
}

enum options_verdict options_parse_again(const struct options *now, struct options *options)
{
	return parse(now->argc, now->argv, true, options);
}

void options_deinit(struct options *options)
{
	free(options->config_path);
	word_list_deinit(&options->listen);
	word_list_deinit(&options->allow);
	word_list_deinit(&options->known_hosts);
	free(options->token_file);
	free(options->passphrase_file);
	free(options->audit_log);
}
