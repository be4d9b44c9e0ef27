#include "shim/shim.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/log.h"
#include "shim/agent_server.h"
#include "shim/agent_sockets.h"
#include "shim/ask.h"
#include "shim/check.h"
#include "shim/check_verdict.h"
#include "shim/child_environment.h"
#include "shim/command.h"
#include "shim/find.h"
#include "shim/offer.h"
#include "shim/secrets.h"
#include "shim/token_source.h"
#include "shim/uplink.h"
#include "shim/wait_notice.h"
#include "shim/workdir.h"
#include "shim/wrapper_files.h"

enum {
	OFFER_TIMEOUT_MS = 5000,
	MESSAGE_SIZE = 1536,
};

/* Each part, once it is there, stays until shim_finish. */
struct shim {
	uv_loop_t loop;
	const struct options *options;
	struct signals signals;
	struct secret token_text;
	struct token token;
	struct link_credentials credentials;
	const char *origin; /* how the daemon was found */
	struct find *find;
	struct ask *ask;
	struct uplink uplink;
	struct wait_notice notice; /* over TCP only */
	struct workdir workdir;
	struct agent_server server;
	struct agent_sockets sockets; /* of the other ids */
	struct secrets *secrets;      /* NULL: none */
	struct command command;
	uint64_t started_ms;
	int exit_status;
	bool has_token;
	bool has_uplink;
	bool has_notice;
	bool has_workdir;
	bool has_server;
	bool is_finished;
};

/* The end, whatever came: all is closed, and the loop runs out. */
static void shim_finish(struct shim *shim, int exit_status)
{
	if (shim->is_finished)
		return;
	shim->is_finished = true;
	shim->exit_status = exit_status;
	signals_close(&shim->signals);
	if (shim->find != NULL)
		find_close(shim->find);
	if (shim->ask != NULL)
		ask_close(shim->ask);
	if (shim->secrets != NULL)
		secrets_close(shim->secrets);
	shim->secrets = NULL;
	if (shim->has_server)
		agent_server_close(&shim->server);
	agent_sockets_close(&shim->sockets);
	if (shim->has_notice)
		wait_notice_close(&shim->notice);
	if (shim->has_uplink)
		uplink_close(&shim->uplink);
}

static bool is_check(const struct shim *shim)
{
	return shim->options->action == OPTIONS_CHECK;
}

static void shim_fail(struct shim *shim, const char *message)
{
	log_error("%s", message);
	shim_finish(shim, is_check(shim) ? CHECK_WRONG : COMMAND_EXIT_SHIM_FAILED);
}

static void shim_start_command(struct shim *shim)
{
	char **argv = shim->options->command;
	char reason[MESSAGE_SIZE];
	bool is_exec_error;
	int err = shim->secrets != NULL ? secrets_put_variables(shim->secrets) : 0;

	if (err != 0) {
		shim_fail(shim, "no memory for the command's environment");
		return;
	}
	err = command_start(&shim->command, argv, &shim->signals.found, &is_exec_error);
	if (shim->secrets != NULL)
		secrets_forget_variables(shim->secrets);
	if (err == 0)
		return;
	if (is_exec_error) {
		int status = command_exec_failure(err, argv[0], reason, sizeof(reason));

		log_error("%s", reason);
		shim_finish(shim, status);
		return;
	}
	snprintf(reason, sizeof(reason), "no process for %s: %s", argv[0], strerror(-err));
	shim_fail(shim, reason);
}

static void on_secrets(void *owner, const char *message)
{
	struct shim *shim = owner;
	char reason[SECRETS_MESSAGE_SIZE];

	liveness_end(&shim->uplink.liveness);
	if (message == NULL && secrets_place(shim->secrets, reason, sizeof(reason)) != 0)
		message = reason;
	if (message != NULL)
		shim_fail(shim, message);
	else
		shim_start_command(shim);
}

/* The last thing before the command; offer NULL: behind a Unix socket. */
static void shim_fetch_secrets(struct shim *shim, const struct offer *offer)
{
	const struct options *options = shim->options;
	const struct secrets_request request = {
		.options = options->secrets,
		.count = options->secret_count,
		.may_be_on_disk = options->may_keep_secrets_on_disk,
		.uid = options->has_owner ? options->owner_uid : (uid_t)-1,
		.gid = options->has_owner ? options->owner_gid : (gid_t)-1,
		.workdir = &shim->workdir,
		.offer = offer,
	};
	char message[SECRETS_MESSAGE_SIZE];

	if (request.count == 0 || offer == NULL)
		shim_start_command(shim);
	else if (secrets_start(&shim->loop, shim->uplink.link, &request, on_secrets, shim,
			       &shim->secrets, message, sizeof(message)) != 0)
		shim_fail(shim, message);
	else
		liveness_begin(&shim->uplink.liveness);
}

/* Other ids' sockets, and an ssh of our own where the daemon gives it something to do. */
static int shim_extend(struct shim *shim, const struct agent_server_access *access,
		       const struct offer *offer, const struct offer_id *id, char *message,
		       size_t message_size)
{
	char bin_dir[sizeof(shim->workdir.path) + sizeof("/" WORKDIR_BIN)];
	int err = agent_sockets_init(&shim->sockets, &shim->loop, &shim->workdir, access,
				     &shim->uplink, offer, id, message, message_size);

	if (err != 0 || shim->options->has_no_wrapper || !wrapper_is_needed(offer))
		return err;
	err = wrapper_files_make(&shim->workdir, offer, id, message, message_size);
	if (err != 0)
		return err;
	snprintf(bin_dir, sizeof(bin_dir), "%s/" WORKDIR_BIN, shim->workdir.path);
	err = child_environment_put_ssh(bin_dir);
	if (err != 0)
		snprintf(message, message_size, "no memory for the command's environment");
	return err;
}

static int shim_serve_agent(struct shim *shim, const struct offer *offer, const struct offer_id *id,
			    char *message, size_t message_size)
{
	const struct options *options = shim->options;
	const struct agent_server_access access = {
		.mode = options->socket_mode,
		.has_owner = options->has_owner,
		.uid = options->owner_uid,
		.gid = options->owner_gid,
	};
	int err;

	/* No id of the step's own: what SSH_AUTH_SOCK was, it stays. */
	if (offer != NULL && id == NULL)
		return shim_extend(shim, &access, offer, NULL, message, message_size);
	err = agent_server_init(&shim->server, &shim->loop, shim->workdir.socket_path, &access,
				&shim->uplink, id != NULL ? id->name : NULL);
	if (err != 0) {
		snprintf(message, message_size, "the agent socket %s cannot be made: %s%s",
			 shim->workdir.socket_path, strerror(-err),
			 err == -EPERM && options->has_owner
				 ? " (only root may give it to another --owner)"
				 : "");
		return err;
	}
	shim->has_server = true;
	if (offer != NULL)
		err = shim_extend(shim, &access, offer, id, message, message_size);
	if (err == 0 && setenv("SSH_AUTH_SOCK", shim->workdir.socket_path, 1) != 0) {
		snprintf(message, message_size, "no memory for SSH_AUTH_SOCK");
		err = -ENOMEM;
	}
	return err;
}

/*
 * id, in offer: what the command gets; both are NULL behind a Unix socket, which says neither, id alone
 * where the token is good for secrets only, or ids serve but the repositories that name them.
 */
static void shim_serve(struct shim *shim, const struct offer *offer, const struct offer_id *id)
{
	const struct options *options = shim->options;
	bool is_for_others = options->has_owner || (options->socket_mode & 0077) != 0 ||
			     secrets_are_for_others(options->secrets, options->secret_count);
	char message[MESSAGE_SIZE];

	/* Another user's git finds its ssh in there, whoever may use the socket. */
	if (!options->has_no_wrapper && offer != NULL && wrapper_is_needed(offer))
		is_for_others = true;
	if (workdir_create(is_for_others ? WORKDIR_PASSABLE : WORKDIR_PRIVATE, &shim->workdir,
			   message, sizeof(message)) != 0) {
		shim_fail(shim, message);
		return;
	}
	shim->has_workdir = true;
	if ((offer == NULL || offer->id_count > 0) &&
	    shim_serve_agent(shim, offer, id, message, sizeof(message)) != 0) {
		shim_fail(shim, message);
		return;
	}
	shim_fetch_secrets(shim, offer);
}

/* The end of --check, where nothing was wrong so far. */
static void shim_finish_check(struct shim *shim, const struct offer *offer,
			      const struct offer_id *id, size_t socket_keys)
{
	const struct check_verdict_request request = {
		.options = shim->options,
		.offer = offer,
		.id = id,
		.socket_keys = socket_keys,
	};

	shim_finish(shim, check_verdict(stdout, &request));
}

static void shim_judge_offer(struct shim *shim, const struct offer *offer)
{
	bool has_secrets_only = offer->id_count == 0 && offer->secret_count > 0 &&
				(is_check(shim) || shim->options->secret_count > 0);
	bool has_routes = offer->repo_count > 0 && !shim->options->has_no_wrapper;
	bool may_have_no_id = shim->options->id == NULL && (has_secrets_only || has_routes);
	const struct offer_id *id = NULL;
	char message[MESSAGE_SIZE];
	int err = offer_choose(offer, shim->options->id, &id, message, sizeof(message));

	if (is_check(shim))
		check_print_offer(stdout, offer, id);
	if (err != 0 && !may_have_no_id) {
		shim_fail(shim, message);
		return;
	}
	if (id != NULL && !id->is_available) {
		snprintf(message, sizeof(message), "id \"%s\" is offered but unavailable: %s",
			 id->name, id->reason[0] != '\0' ? id->reason : "see the daemon's log");
		shim_fail(shim, message);
		return;
	}
	log_debug("id %s of %s, ready after %u ms", id != NULL ? id->name : "(none)",
		  shim->uplink.where, (unsigned int)(uv_now(&shim->loop) - shim->started_ms));
	if (is_check(shim))
		shim_finish_check(shim, offer, id, 0);
	else
		shim_serve(shim, offer, id);
}

static void on_offered(void *owner, int err, struct byte_view answer)
{
	struct shim *shim = owner;
	char message[MESSAGE_SIZE];
	struct offer offer;

	shim->ask = NULL;
	if (err == 0)
		err = offer_parse(answer, &offer);
	if (err != 0) {
		snprintf(message, sizeof(message),
			 "%s let us in but made no offer that can be read: %s", shim->uplink.where,
			 strerror(-err));
		shim_fail(shim, message);
		return;
	}
	shim_judge_offer(shim, &offer);
	offer_deinit(&offer);
}

static void shim_take_link(struct shim *shim, const struct found *found)
{
	if (is_check(shim))
		check_print_link(stdout, found->where, found->candidate->origin,
				 found->link->fingerprint, shim->has_token ? &shim->token : NULL);
	if (ask_start(found->link, "offer", OFFER_TIMEOUT_MS, OFFER_LEN_MAX, on_offered, shim,
		      &shim->ask) != 0)
		shim_fail(shim, "no memory to ask for the offer");
}

static void on_found(void *owner, const struct found *found)
{
	struct shim *shim = owner;

	log_debug("daemon found at %s (%s) after %u ms", found->where, found->candidate->origin,
		  (unsigned int)(uv_now(&shim->loop) - shim->started_ms));
	uplink_init(&shim->uplink, &shim->loop, found, &shim->credentials);
	shim->has_uplink = true;
	if (found->candidate->kind == CANDIDATE_TCP) {
		wait_notice_init(&shim->notice, &shim->uplink);
		shim->uplink.notice = &shim->notice;
		shim->has_notice = true;
		shim_take_link(shim, found);
	} else if (is_check(shim)) {
		shim_finish_check(shim, NULL, NULL, check_print_socket(stdout, found));
	} else if (secrets_are_required(shim->options->secrets, shim->options->secret_count)) {
		shim_fail(shim, "a mounted socket leads to an agent and to nothing else: secrets "
				"come over TCP, with a token (or --trust-network); see --connect");
	} else {
		shim_serve(shim, NULL, NULL);
	}
	if (shim->is_finished)
		return;
	find_close(shim->find);
	shim->find = NULL;
}

static void on_not_found(void *owner, enum find_failure failure)
{
	struct shim *shim = owner;

	if (failure == FIND_NO_DAEMON && shim->options->is_optional && !is_check(shim)) {
		log_warn("no daemon found: running %s without one (--optional; --verbose tells "
			 "what was tried)",
			 shim->options->command[0]);
		find_close(shim->find);
		shim->find = NULL;
		shim_start_command(shim);
		return;
	}
	find_report(shim->find, failure);
	if (!is_check(shim))
		shim_finish(shim, COMMAND_EXIT_SHIM_FAILED);
	else
		shim_finish(shim, failure == FIND_NO_DAEMON ? CHECK_NO_DAEMON : CHECK_WRONG);
}

static const struct find_events shim_find_events = {
	.on_found = on_found,
	.on_failed = on_not_found,
};

static void on_signal(void *owner, int signal_number, bool is_from_terminal)
{
	struct shim *shim = owner;
	bool is_running = shim->command.pid > 0;

	if (is_running && !is_from_terminal)
		command_signal(&shim->command, signal_number);
	if (is_running || signal_number == SIGUSR1 || signal_number == SIGUSR2 ||
	    signal_number == SIGWINCH)
		return;
	/* While still searching: as if we were the command. */
	shim_finish(shim, COMMAND_EXIT_SIGNAL_BASE + signal_number);
}

static void on_child(void *owner)
{
	struct shim *shim = owner;

	command_reap(&shim->command);
	if (shim->command.pid > 0 && shim->command.has_ended)
		shim_finish(shim, command_exit_status(&shim->command));
}

static int read_token(struct shim *shim, char *message, size_t message_size)
{
	int err = token_source_read(shim->options->token_file, &shim->token_text, &shim->token,
				    message, message_size);

	if (err == -ENOENT)
		return 0;
	if (err != 0)
		return err;
	/* Nobody of the same user reads it out of our memory; the command is as it was. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	shim->has_token = true;
	shim->credentials.token = shim->token_text.text;
	memcpy(shim->credentials.host_key_hash, shim->token.fingerprint,
	       sizeof(shim->credentials.host_key_hash));
	return 0;
}

static int list_candidates(const struct shim *shim, struct candidate_list *list, char *message,
			   size_t message_size)
{
	const struct options *options = shim->options;
	uint16_t port = CANDIDATES_DEFAULT_PORT;

	if (shim->has_token && shim->token.port != 0)
		port = shim->token.port;
	if (options->connect == NULL) {
		candidates_search_here(port, list);
		/* A socket would be the first to answer, and has none. */
		if (secrets_are_required(options->secrets, options->secret_count))
			candidates_drop_sockets(list);
		if (shim->has_token)
			candidates_add_loopback(list, port);
		return 0;
	}
	if (candidate_parse(options->connect, port, &list->items[0], message, message_size) != 0)
		return -EINVAL;
	list->items[0].origin = "as told by --connect or " SHIM_ENV_CONNECT;
	list->count = 1;
	return 0;
}

static void shim_start(struct shim *shim)
{
	struct find_request request = {
		.credentials = &shim->credentials,
		.id = shim->options->id,
		.wait_ms = shim->options->wait_ms,
		.is_patient = shim->options->is_wait_given,
	};
	char message[MESSAGE_SIZE];

	if (read_token(shim, message, sizeof(message)) != 0 ||
	    list_candidates(shim, &request.candidates, message, sizeof(message)) != 0) {
		shim_fail(shim, message);
		return;
	}
	request.discovers =
		shim->options->connect == NULL && (shim->has_token || shim->options->discovers);
	if (find_start(&shim->loop, &request, &shim_find_events, shim, &shim->find) != 0)
		shim_fail(shim, "no memory to search for a daemon");
}

int shim_run(const struct options *options)
{
	struct shim *shim = calloc(1, sizeof(*shim));
	int exit_status = COMMAND_EXIT_SHIM_FAILED;
	int err;

	if (shim == NULL)
		goto out;
	shim->options = options;
	uv_loop_init(&shim->loop);
	shim->started_ms = uv_now(&shim->loop);
	err = signals_init(&shim->signals, &shim->loop, on_signal, on_child, shim);
	if (err != 0) {
		log_error("signals cannot be taken: %s", strerror(-err));
		goto out;
	}
	shim_start(shim);
	uv_run(&shim->loop, UV_RUN_DEFAULT);
	err = uv_loop_close(&shim->loop);
	assert(err == 0);
	agent_sockets_deinit(&shim->sockets);
	if (shim->has_workdir)
		workdir_remove(&shim->workdir);
	exit_status = shim->exit_status;
	secret_deinit(&shim->token_text);
	/* The secret is gone; what looks for leaks at the end may attach. */
	if (shim->has_token)
		(void)prctl(PR_SET_DUMPABLE, 1);
out:
	free(shim);
	return exit_status;
}
