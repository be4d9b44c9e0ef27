#include "shim/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/token.h"

enum {
	DEFAULT_WAIT_MS = 3000,
	WAIT_MAX_SECONDS = 24 * 60 * 60,
	DEFAULT_SOCKET_MODE = 0600,
};

const char options_help[] =
	"Usage: ssh-shim [options] -- command [arg...]\n"
	"\n"
	"Runs the command with SSH_AUTH_SOCK leading to the ssh-forward-agentd that serves this\n"
	"container, and leaves nothing behind.\n"
	"\n"
	"  --id ID             the id to ask for (SSH_SHIM_ID; default: what the daemon says)\n"
	"  --connect WHERE     HOST[:PORT], [IPV6]:PORT, unix:PATH, or auto (SSH_SHIM_CONNECT;\n"
	"                      default auto: a mounted socket, host.docker.internal,\n"
	"                      host.containers.internal, the default gateways;\n"
	"                      with a token this machine itself, and whoever answers a\n"
	"                      broadcast and proves to be the token's daemon)\n"
	"  --discover          ask by broadcast without a token, too, and believe the answer: for\n"
	"                      networks where nobody would lie\n"
	"  --token-file FILE   the token (default: SSH_SHIM_TOKEN, then\n"
	"                      /run/secrets/ssh-shim-token)\n"
	"  --wait SECONDS      how long to look for a daemon. By default a slow one gets 3 "
	"seconds,\n"
	"                      and where nobody answers at all the shim fails at once; when "
	"given,\n"
	"                      the shim keeps trying that long for a daemon still to be started\n"
	"  --optional          without a daemon run the command anyway; a daemon that refuses is\n"
	"                      still an error\n"
	"  --check [TARGET]    say which daemon is found and what it offers, run nothing; with\n"
	"                      USER@HOST:PATH, ssh://..., or HOST also which keys would be\n"
	"                      offered there, and whether its host key is known;\n"
	"                      status 0, 1 (something is wrong), 2 (no daemon)\n"
	"  --no-ssh-wrapper    leave the image's ssh alone: no host keys and no choice of keys by\n"
	"                      repository from the daemon\n"
	"  --secret ID[,target=PATH][,required=false][,mode=0400][,uid=N][,gid=N][,env=NAME]\n"
	"                      a secret of the daemon's, as RUN --mount=type=secret has it: at\n"
	"                      PATH (/run/secrets/ID) while the command runs, or in the variable\n"
	"                      NAME; required unless said otherwise (repeatable)\n"
	"  --secrets-on-disk   where there is no tmpfs, write secrets to disk\n"
	"  --owner UID[:GID]   the socket's owner, for a command that drops privileges\n"
	"  --mode MODE         the socket's mode, octal (default 0600)\n"
	"  --quiet             errors only\n"
	"  --verbose           also what was tried, and how long it took\n"
	"  --help, --version\n"
	"\n"
	"Exit status: the command's; 128+n if signal n ended it; 126 not executable; 127 not "
	"found;\n"
	"125 the shim's own failure, with a line on stderr that says why.\n";

enum option_code {
	OPT_ID = 256,
	OPT_CONNECT,
	OPT_TOKEN_FILE,
	OPT_WAIT,
	OPT_OPTIONAL,
	OPT_DISCOVER,
	OPT_NO_SSH_WRAPPER,
	OPT_SECRET,
	OPT_SECRETS_ON_DISK,
	OPT_CHECK,
	OPT_OWNER,
	OPT_MODE,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"id", required_argument, NULL, OPT_ID},
	{"connect", required_argument, NULL, OPT_CONNECT},
	{"token-file", required_argument, NULL, OPT_TOKEN_FILE},
	{"wait", required_argument, NULL, OPT_WAIT},
	{"optional", no_argument, NULL, OPT_OPTIONAL},
	{"discover", no_argument, NULL, OPT_DISCOVER},
	{"no-ssh-wrapper", no_argument, NULL, OPT_NO_SSH_WRAPPER},
	{"secret", required_argument, NULL, OPT_SECRET},
	{"secrets-on-disk", no_argument, NULL, OPT_SECRETS_ON_DISK},
	{"check", no_argument, NULL, OPT_CHECK},
	{"owner", required_argument, NULL, OPT_OWNER},
	{"mode", required_argument, NULL, OPT_MODE},
	{"quiet", no_argument, NULL, OPT_QUIET},
	{"verbose", no_argument, NULL, OPT_VERBOSE},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

struct parse_error {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static int fail(struct parse_error *error, const char *format,
						      ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, error->size, format, args);
	va_end(args);
	return -EINVAL;
}

/* Digits only, in the given base, ended by one of the characters in stops or the end of text. */
static int parse_number(const char *text, int base, const char *stops, unsigned long max,
			unsigned long *value, const char **end)
{
	char *after;
	unsigned long parsed;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	parsed = strtoul(text, &after, base);
	if (errno != 0 || parsed > max || (*after != '\0' && strchr(stops, *after) == NULL))
		return -EINVAL;
	*value = parsed;
	*end = after;
	return 0;
}

static int parse_owner(const char *text, struct options *options, struct parse_error *error)
{
	const unsigned long max = UINT_MAX - 1; /* (uid_t)-1 means "no change" to chown */
	unsigned long uid;
	unsigned long gid = (gid_t)-1;
	const char *end;
	int err = parse_number(text, 10, ":", max, &uid, &end);

	if (err == 0 && *end == ':')
		err = parse_number(end + 1, 10, "", max, &gid, &end);
	if (err != 0)
		return fail(
			error,
			"--owner %s: give numbers, UID or UID:GID (names are not looked up: the "
			"image may have no users)",
			text);
	options->has_owner = true;
	options->owner_uid = (uid_t)uid;
	options->owner_gid = (gid_t)gid;
	return 0;
}

static int parse_mode(const char *text, struct options *options, struct parse_error *error)
{
	unsigned long mode;
	const char *end;

	if (parse_number(text, 8, "", 0777, &mode, &end) != 0 || (mode & 0600) != 0600)
		return fail(error, "--mode %s: give octal digits, 0600 to 0777", text);
	options->socket_mode = (mode_t)mode;
	return 0;
}

static int add_secret(const char *text, struct options *options, struct parse_error *error)
{
	int err;

	if (options->secret_count == SECRET_OPTIONS_MAX)
		return fail(error, "--secret: %d at most", SECRET_OPTIONS_MAX);
	err = secret_option_parse(text, &options->secrets[options->secret_count], error->text,
				  error->size);
	if (err == 0)
		options->secret_count++;
	return err;
}

static int parse_wait(const char *text, struct options *options, struct parse_error *error)
{
	unsigned long seconds;
	const char *end;

	if (parse_number(text, 10, "", WAIT_MAX_SECONDS, &seconds, &end) != 0)
		return fail(error, "--wait %s: give whole seconds, at most %d", text,
			    WAIT_MAX_SECONDS);
	options->wait_ms = (unsigned int)seconds * 1000;
	options->is_wait_given = true;
	return 0;
}

/* An empty value is how a Dockerfile says "not set": ENV SSH_SHIM_ID= */
static const char *env_value(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static int apply_option(int code, const char *value, struct options *options,
			struct parse_error *error)
{
	switch (code) {
	case OPT_ID:
		options->id = value;
		return 0;
	case OPT_CONNECT:
		options->connect = value;
		return 0;
	case OPT_TOKEN_FILE:
		options->token_file = value;
		return 0;
	case OPT_WAIT:
		return parse_wait(value, options, error);
	case OPT_DISCOVER:
		options->discovers = true;
		return 0;
	case OPT_OPTIONAL:
		options->is_optional = true;
		return 0;
	case OPT_NO_SSH_WRAPPER:
		options->has_no_wrapper = true;
		return 0;
	case OPT_SECRET:
		return add_secret(value, options, error);
	case OPT_SECRETS_ON_DISK:
		options->may_keep_secrets_on_disk = true;
		return 0;
	case OPT_CHECK:
		options->action = OPTIONS_CHECK;
		return 0;
	case OPT_OWNER:
		return parse_owner(value, options, error);
	case OPT_MODE:
		return parse_mode(value, options, error);
	case OPT_QUIET:
		options->level = LOG_LEVEL_ERROR;
		return 0;
	case OPT_VERBOSE:
		options->level = LOG_LEVEL_DEBUG;
		return 0;
	default:
		options->action = code == OPT_HELP ? OPTIONS_HELP : OPTIONS_VERSION;
		return 0;
	}
}

static int finish_parse(int argc, char **argv, struct options *options, struct parse_error *error)
{
	if (options->action == OPTIONS_HELP || options->action == OPTIONS_VERSION)
		return 0;
	if (options->id == NULL)
		options->id = env_value(SHIM_ENV_ID);
	if (options->connect == NULL)
		options->connect = env_value(SHIM_ENV_CONNECT);
	if (options->id != NULL && !id_is_valid(view_of(options->id)))
		return fail(error, "\"%s\" is no id: letters, digits, '.', '_' and '-', at most %d",
			    options->id, ID_NAME_MAX);
	if (options->connect != NULL && strcmp(options->connect, "auto") == 0)
		options->connect = NULL;
	if (options->action == OPTIONS_CHECK) {
		if (optind + 1 < argc)
			return fail(error,
				    "--check runs no command, and tells about one repository or "
				    "host: leave out \"%s\"",
				    argv[optind + 1]);
		options->check_target = argv[optind];
		return 0;
	}
	if (optind >= argc)
		return fail(error, "no command given: ssh-shim [options] -- command [arg...] "
				   "(--help tells more)");
	options->command = argv + optind;
	return 0;
}

int options_parse(int argc, char **argv, struct options *out, char *error, size_t error_size)
{
	struct parse_error report = {.text = error, .size = error_size};
	struct options options = {
		.action = OPTIONS_RUN,
		.wait_ms = DEFAULT_WAIT_MS,
		.owner_gid = (gid_t)-1,
		.socket_mode = DEFAULT_SOCKET_MODE,
		.level = LOG_LEVEL_INFO,
	};
	int code;
	int err = 0;

	optind = 0; /* glibc: start afresh, so that the parser may run more than once */
	opterr = 0;
	/* '+': the first word that is no option begins the command; ':': tell a missing value. */
	while (err == 0 && (code = getopt_long(argc, argv, "+:", long_options, NULL)) != -1) {
		if (code == ':')
			err = fail(&report, "%s needs a value", argv[optind - 1]);
		else if (code == '?')
			err = fail(&report, "unknown option %s (--help lists them)",
				   argv[optind - 1]);
		else
			err = apply_option(code, optarg, &options, &report);
	}
	if (err == 0)
		err = finish_parse(argc, argv, &options, &report);
	if (err == 0)
		*out = options;
	return err;
}
