#include "shim/wrapper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "shim/client_args.h"
#include "shim/client_config.h"
#include "shim/client_program.h"
#include "shim/client_settings.h"
#include "shim/command.h"
#include "shim/git_command.h"
#include "shim/repo_route.h"
#include "shim/wrapper_files.h"

#define DEFAULT_KNOWN_HOSTS "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"

enum {
	OPTIONS_MAX = 8, /* words put in front of the caller's */
	OPTION_SIZE = CLIENT_FILES_SIZE + PATH_MAX + 64,
	COMMAND_SIZE = 4096,
};

struct wrapper {
	const char *name; /* "ssh", "scp", "sftp" */
	char link[PATH_MAX];
	char dir[PATH_MAX]; /* the shim's directory; empty: not called through a link in one */
	char real[PATH_MAX];
	bool is_dropbear;
	bool has_known_hosts;
	struct byte_buf routes;
	struct client_args args;
	unsigned settings; /* by the command line or by files */
	struct client_config config;
	bool has_asked; /* ssh, for what follows */
	bool is_answered;
	struct client_settings effective;
	char socket[PATH_MAX + ROUTE_SOCKET_SIZE]; /* that the repository's id is served at */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool wrapper_is_meant(const char *argv0)
{
	static const char *const names[] = {WRAPPER_NAMES};

	for (size_t i = 0; argv0 != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(base_name(argv0), names[i]) == 0)
			return true;
	}
	return false;
}

/* "DIR/bin/ssh" is what we were executed as, however it was found. */
static void find_dir(struct wrapper *wrapper)
{
	const char *executed =
		(const char *)getauxval(AT_EXECFN); // NOLINT(performance-no-int-to-ptr)
	char *slash;

	if (executed == NULL || strlen(executed) >= sizeof(wrapper->link))
		return;
	snprintf(wrapper->link, sizeof(wrapper->link), "%s", executed);
	snprintf(wrapper->dir, sizeof(wrapper->dir), "%s", executed);
	slash = strrchr(wrapper->dir, '/');
	if (slash != NULL && slash != wrapper->dir)
		*slash = '\0';
	slash = slash != NULL ? strrchr(wrapper->dir, '/') : NULL;
	if (slash != NULL && strcmp(slash, "/" WORKDIR_BIN) == 0)
		*slash = '\0';
	else
		wrapper->dir[0] = '\0';
}

static int find_real(struct wrapper *wrapper)
{
	const char *path = getenv("PATH");
	struct stat self;

	/* By the link first: under an emulator /proc/self/exe is that one, and we would run ourselves. */
	if (stat(wrapper->link, &self) != 0 && stat("/proc/self/exe", &self) != 0) {
		log_error("%s: the shim cannot tell itself from the image's own: is /proc there?",
			  wrapper->name);
		return -ENOENT;
	}
	if (client_program_find(wrapper->name, path, &self, wrapper->real)) {
		wrapper->is_dropbear = client_program_is_dropbear(wrapper->real);
		return 0;
	}
	wrapper->is_dropbear = true;
	if (strcmp(wrapper->name, "ssh") == 0 &&
	    client_program_find("dbclient", path, &self, wrapper->real))
		return 0;
	log_error("there is no %s on this image's PATH: install openssh-client", wrapper->name);
	return -ENOENT;
}

static void read_files(struct wrapper *wrapper)
{
	char path[PATH_MAX + sizeof(WORKDIR_KNOWN_HOSTS) + 1];

	if (wrapper->dir[0] == '\0')
		return;
	snprintf(path, sizeof(path), "%s/" WORKDIR_KNOWN_HOSTS, wrapper->dir);
	wrapper->has_known_hosts = access(path, R_OK) == 0;
	snprintf(path, sizeof(path), "%s/" WORKDIR_ROUTES, wrapper->dir);
	wrapper_read_routes(path, &wrapper->routes);
}

const char *wrapper_home(char home[PATH_MAX])
{
	FILE *users = fopen("/etc/passwd", "re");
	const struct passwd *user;
	const char *found = NULL;
	uid_t uid = getuid();

	if (users == NULL)
		return NULL;
	while (found == NULL && (user = fgetpwent(users)) != NULL) {
		if (user->pw_uid == uid && snprintf(home, PATH_MAX, "%s", user->pw_dir) < PATH_MAX)
			found = home;
	}
	fclose(users);
	return found;
}

/* -o may say anything, and what it says comes first. */
static bool is_config_plain(const struct wrapper *wrapper)
{
	return wrapper->config.values.is_plain &&
	       (wrapper->args.settings & (CLIENT_SETS_HOST | CLIENT_SETS_KNOWN_HOSTS)) == 0;
}

/* Asks ssh for what configuration makes of the command line, once. True if it said. */
static bool ask_settings(struct wrapper *wrapper, char **argv)
{
	char **last = argv;

	if (wrapper->has_asked)
		return wrapper->is_answered;
	wrapper->has_asked = true;
	while (last[1] != NULL && last + 1 != wrapper->args.command)
		last++;
	wrapper->is_answered =
		client_settings_ask(wrapper->real, argv, last, &wrapper->effective) == 0;
	return wrapper->is_answered;
}

/* What ssh sends is its words with spaces between. */
static int join_command(char *const *words, char *out, size_t size)
{
	size_t len = 0;

	for (; *words != NULL; words++) {
		int written = snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "", *words);

		if (written < 0 || (size_t)written >= size - len)
			return -ENAMETOOLONG;
		len += (size_t)written;
	}
	return 0;
}

/* The path that git asks for. 0 or a negative errno: it is no git that asks. */
static int asked_path(const struct wrapper *wrapper, char path[REPO_PATH_SIZE])
{
	char command[COMMAND_SIZE];

	if (wrapper->args.command == NULL ||
	    join_command(wrapper->args.command, command, sizeof(command)) != 0)
		return -ENOENT;
	return git_command_path(command, path, REPO_PATH_SIZE);
}

static void read_config(struct wrapper *wrapper)
{
	const struct client_args *args = &wrapper->args;
	char home[PATH_MAX];

	client_config_read(
		args->config_file, wrapper_home(home),
		(struct byte_view){.ptr = (const uint8_t *)args->host, .len = args->host_len},
		&wrapper->config);
	wrapper->settings |= wrapper->config.settings;
}

/* Where that path is. 0 or a negative errno: nowhere. */
static int find_place(struct wrapper *wrapper, char **argv, const char *path,
		      struct repo_place *place)
{
	const struct client_args *args = &wrapper->args;
	char host[REPO_HOST_SIZE];
	uint16_t port = args->port != 0 ? args->port : 22;

	if (args->host == NULL || args->host_len >= sizeof(host))
		return -ENOENT;
	memcpy(host, args->host, args->host_len);
	host[args->host_len] = '\0';
	if (!wrapper->is_dropbear && is_config_plain(wrapper)) {
		const struct client_values *values = &wrapper->config.values;

		if (values->host[0] != '\0')
			memcpy(host, values->host, sizeof(host));
		if (args->port == 0 && values->port != 0)
			port = values->port;
	} else if (!wrapper->is_dropbear && (wrapper->settings & CLIENT_SETS_HOST) != 0 &&
		   ask_settings(wrapper, argv)) {
		memcpy(host, wrapper->effective.host, sizeof(host));
		port = wrapper->effective.port;
	}
	return repo_place_set_host(place, host, port) != 0 ? -ENOENT
							   : repo_place_set_path(place, path);
}

static void choose_socket(struct wrapper *wrapper, char **argv)
{
	char socket[ROUTE_SOCKET_SIZE];
	char path[REPO_PATH_SIZE];
	struct repo_place place;

	if (wrapper->routes.len == 0 || (wrapper->args.settings & CLIENT_SETS_AGENT) != 0 ||
	    asked_path(wrapper, path) != 0 || find_place(wrapper, argv, path, &place) != 0 ||
	    repo_route_choose(byte_buf_view(&wrapper->routes), &place, socket) != 0)
		return;
	snprintf(wrapper->socket, sizeof(wrapper->socket), "%s/%s", wrapper->dir, socket);
	if (wrapper->args.is_verbose)
		log_info("repository %s on %s: keys of %s", place.path, place.host,
			 wrapper->socket);
}

/* A step may have no id but those of repositories; who is refused for want of a key is to know why. */
static void warn_of_no_id(const struct wrapper *wrapper)
{
	char own[PATH_MAX + sizeof(WORKDIR_SOCKET) + 1];

	if (wrapper->routes.len == 0 || wrapper->socket[0] != '\0' ||
	    (wrapper->args.settings & CLIENT_SETS_AGENT) != 0)
		return;
	snprintf(own, sizeof(own), "%s/" WORKDIR_SOCKET, wrapper->dir);
	if (access(own, F_OK) != 0 && errno == ENOENT)
		log_warn("this step has no id of its own, and what ssh is asked for fits no "
			 "repository "
			 "pattern of the daemon: none of its keys is offered (--id says which)");
}

/*
 * Beside the image's own files, in the setting that users set least and that ssh never writes to. The
 * first value counts, so where files or options set it theirs has to be asked for.
 */
static void put_known_hosts(struct wrapper *wrapper, char **argv, char option[OPTION_SIZE])
{
	const char *others = DEFAULT_KNOWN_HOSTS;
	const char *quote = strpbrk(wrapper->dir, " \t") != NULL ? "\"" : "";

	if (is_config_plain(wrapper))
		others = wrapper->config.values.known_hosts[0] != '\0'
				 ? wrapper->config.values.known_hosts
				 : others;
	else if ((wrapper->settings & CLIENT_SETS_KNOWN_HOSTS) != 0 && ask_settings(wrapper, argv))
		others = wrapper->effective.known_hosts;
	if (strcasecmp(others, "none") == 0)
		others = "";
	snprintf(option, OPTION_SIZE, "-oGlobalKnownHostsFile=%s%s%s%s/" WORKDIR_KNOWN_HOSTS "%s",
		 others, others[0] != '\0' ? " " : "", quote, wrapper->dir, quote);
	if (wrapper->args.is_verbose)
		log_info("known hosts of the daemon: %s/" WORKDIR_KNOWN_HOSTS, wrapper->dir);
}

static int exec_real(const struct wrapper *wrapper, char **options, char **argv)
{
	size_t option_count = 0;
	size_t argc = 0;
	char **all;
	int err;

	while (options[option_count] != NULL)
		option_count++;
	while (argv[argc] != NULL)
		argc++;
	all = calloc(option_count + argc + 1, sizeof(*all));
	if (all == NULL) {
		log_error("no memory to run %s", wrapper->real);
		return COMMAND_EXIT_SHIM_FAILED;
	}
	all[0] = argv[0];
	memcpy((void *)(all + 1), (const void *)options, option_count * sizeof(*all));
	memcpy((void *)(all + 1 + option_count), (const void *)(argv + 1),
	       (argc - 1) * sizeof(*all));
	execv(wrapper->real, all);
	err = errno;
	free((void *)all);
	log_error("%s: cannot be executed: %s", wrapper->real, strerror(err));
	return err == ENOENT ? COMMAND_EXIT_NOT_FOUND : COMMAND_EXIT_NOT_EXECUTABLE;
}

/* It takes host keys from ~/.ssh/known_hosts alone; the agent it finds as every program does. */
static int run_dropbear(struct wrapper *wrapper, char **argv)
{
	char *no_options[] = {NULL};

	if (wrapper->has_known_hosts)
		log_warn("%s is dropbear's, which knows no hosts but those in ~/.ssh/known_hosts: "
			 "the daemon's are not used (openssh-client would use them)",
			 wrapper->real);
	if (wrapper->socket[0] != '\0' && setenv("SSH_AUTH_SOCK", wrapper->socket, 1) != 0)
		log_error("no memory for SSH_AUTH_SOCK");
	return exec_real(wrapper, no_options, argv);
}

static int run_ssh(struct wrapper *wrapper, char **argv)
{
	static char known_hosts[OPTION_SIZE];
	static char agent[sizeof(wrapper->socket) + sizeof("-oIdentityAgent=\"\"")];
	/* Keys that files name would be all that is tried; a shared connection has its key already. */
	static char all_of_agent[] = "-oIdentitiesOnly=no";
	static char not_shared[] = "-oControlPath=none";
	char *options[OPTIONS_MAX] = {NULL};
	size_t count = 0;

	client_args_parse(argv, &wrapper->args);
	if (wrapper->args.makes_no_login || wrapper->args.host == NULL)
		return exec_real(wrapper, options, argv);
	wrapper->settings = wrapper->args.settings;
	if (!wrapper->is_dropbear && (wrapper->has_known_hosts || wrapper->routes.len > 0))
		read_config(wrapper);
	choose_socket(wrapper, argv);
	warn_of_no_id(wrapper);
	if (wrapper->is_dropbear)
		return run_dropbear(wrapper, argv);
	if (wrapper->has_known_hosts) {
		put_known_hosts(wrapper, argv, known_hosts);
		options[count++] = known_hosts;
	}
	if (wrapper->socket[0] != '\0') {
		/* Not by SSH_AUTH_SOCK: a jump host's ssh, which inherits it, logs in elsewhere. */
		snprintf(agent, sizeof(agent), "-oIdentityAgent=\"%s\"", wrapper->socket);
		options[count++] = agent;
		options[count++] = all_of_agent;
		options[count++] = not_shared;
	}
	return exec_real(wrapper, options, argv);
}

/* These run /usr/bin/ssh, whatever the PATH says, unless told otherwise; a later -S counts. */
static int run_copier(const struct wrapper *wrapper, char **argv)
{
	static char option[] = "-S";
	static char ssh[PATH_MAX];
	char *options[] = {option, ssh, NULL};
	char *no_options[] = {NULL};

	if (wrapper->dir[0] == '\0')
		return exec_real(wrapper, no_options, argv);
	snprintf(ssh, sizeof(ssh), "%.*s/" WORKDIR_BIN "/ssh", PATH_MAX - 16, wrapper->dir);
	return exec_real(wrapper, options, argv);
}

int wrapper_foresee(char **argv, const char *path, struct byte_view routes,
		    struct wrapper_foresight *out)
{
	static struct wrapper wrapper; /* too big for a stack */

	wrapper = (struct wrapper){.name = argv[0]};
	*out = (struct wrapper_foresight){0};
	client_args_parse(argv, &wrapper.args);
	wrapper.settings = wrapper.args.settings;
	out->has_program = find_real(&wrapper) == 0;
	out->is_dropbear = out->has_program && wrapper.is_dropbear;
	if (out->has_program && !wrapper.is_dropbear)
		read_config(&wrapper);
	else
		wrapper.is_dropbear = true; /* there is nobody to ask */
	if (find_place(&wrapper, argv, path, &out->place) != 0 || out->place.host[0] == '\0')
		return -EINVAL;
	if (out->place.path[0] != '\0')
		(void)repo_route_choose(routes, &out->place, out->socket);
	return 0;
}

int wrapper_run(char **argv)
{
	static struct wrapper wrapper; /* too big for a stack */
	int exit_status;

	log_init("ssh-shim", LOG_LEVEL_INFO);
	wrapper = (struct wrapper){.name = base_name(argv[0])};
	byte_buf_init(&wrapper.routes, WRAPPER_ROUTES_MAX);
	find_dir(&wrapper);
	if (find_real(&wrapper) != 0)
		return COMMAND_EXIT_NOT_FOUND;
	if (strcmp(wrapper.name, "ssh") != 0)
		return run_copier(&wrapper, argv);
	read_files(&wrapper);
	exit_status = run_ssh(&wrapper, argv);
	byte_buf_deinit(&wrapper.routes);
	return exit_status;
}
