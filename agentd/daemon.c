#include "agentd/daemon.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "agentd/audit_event.h"
#include "agentd/background.h"
#include "agentd/child_command.h"
#include "agentd/front.h"
#include "agentd/inherited_sockets.h"
#include "agentd/keeper/keeper.h"
#include "agentd/keeper_watch.h"
#include "agentd/last_wait.h"
#include "agentd/listeners.h"
#include "agentd/log_pause.h"
#include "agentd/mint.h"
#include "agentd/process_limits.h"
#include "agentd/reload.h"
#include "agentd/service_notify.h"
#include "agentd/source_rules.h"
#include "agentd/unix_socket.h"
#include "common/log.h"

enum {
	DRAIN_MS = 10 * 1000, /* requests in flight may take this long when the daemon ends */
	FLUSH_MS = 100,	      /* and their replies this long to leave */
};

static const int handled_signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
enum { SIGNAL_COUNT = sizeof(handled_signals) / sizeof(handled_signals[0]) };

struct daemon {
	uv_loop_t loop;
	struct front front;
	struct audit audit;
	struct log_pause log_pause;
	struct listeners listeners;
	struct inherited_sockets inherited_sockets;
	struct service_notify notify;
	struct keepers keepers;
	struct reload reload;
	struct child_command child;
	struct process_limits inherited; /* the child's */
	uv_signal_t signals[SIGNAL_COUNT];
	uv_timer_t drain;
	struct last_wait last_wait; /* while it ends */
	int ready_fd;		    /* of --fork, else -1 */
	int exit_status;
	bool ends_with_terminal;
	bool is_draining;
	bool is_closing;
};

static void daemon_close(struct daemon *daemon)
{
	if (daemon->is_closing)
		return;
	daemon->is_closing = true;
	listeners_close(&daemon->listeners);
	front_close_connections(&daemon->front);
	reload_cancel(&daemon->reload);
	keepers_detach(&daemon->keepers);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	uv_close((uv_handle_t *)&daemon->drain, NULL);
	last_wait_begin(&daemon->last_wait);
}

static void on_drained(uv_timer_t *timer)
{
	daemon_close(timer->data);
}

static void on_relays_quiet(struct relay_context *context)
{
	struct daemon *daemon = context->owner;

	if (daemon->is_draining && !daemon->is_closing)
		uv_timer_start(&daemon->drain, on_drained, FLUSH_MS, 0);
}

/* No new connections; the requests in flight are answered; then all is closed. */
static void daemon_drain(struct daemon *daemon)
{
	if (daemon->is_draining) {
		daemon_close(daemon); /* asked twice: at once */
		return;
	}
	daemon->is_draining = true;
	service_notify_stopping(&daemon->notify);
	reload_cancel(&daemon->reload); /* or it would open doors again */
	listeners_close(&daemon->listeners);
	if (daemon->front.relays.busy_count == 0) {
		daemon_close(daemon);
		return;
	}
	log_info("ending; waiting for %u requests in flight", daemon->front.relays.busy_count);
	uv_timer_start(&daemon->drain, on_drained, DRAIN_MS, 0);
	confirm_end(&daemon->front.confirm); /* nobody answers in the time there is */
}

static void daemon_forget_keys(struct daemon *daemon)
{
	if (keepers_forget(&daemon->keepers) == 0)
		log_warn("SIGUSR1: there are no keys to drop: only those of key files are ours, an "
			 "agent's are its own (ssh-add -D)");
	else
		log_info("SIGUSR1: all keys are dropped; their ids offer nothing until the key "
			 "files are read again (SIGHUP), or until a restart");
	audit_end(&daemon->audit, audit_begin(&daemon->audit, "keys-dropped"));
}

/* True if this process was started on a terminal, and has it still. */
static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* nohup says that its end is none of ours. */
static bool ends_with_terminal(const struct options *options)
{
	struct sigaction action;

	return !options->forks && has_terminal() && sigaction(SIGHUP, NULL, &action) == 0 &&
	       action.sa_handler != SIG_IGN;
}

/* A terminal that closes sends SIGHUP, too, and takes what was started on it along, as ever. */
static void daemon_hang_up(struct daemon *daemon)
{
	if (daemon->is_draining)
		return;
	if (daemon->ends_with_terminal && !has_terminal()) {
		daemon_drain(daemon);
		return;
	}
	/* Whatever the configuration is worth: somebody has moved the file away. */
	audit_reopen(&daemon->audit);
	reload_begin(&daemon->reload);
}

static void on_signaled(uv_signal_t *handle, int signum)
{
	struct daemon *daemon = handle->data;

	if (signum == SIGUSR1)
		daemon_forget_keys(daemon);
	else if (daemon->child.is_running)
		child_command_signal(&daemon->child, signum); /* its end is ours */
	else if (signum == SIGHUP)
		daemon_hang_up(daemon);
	else
		daemon_drain(daemon);
}

static void on_child_ended(struct child_command *child)
{
	struct daemon *daemon = child->owner;

	daemon->exit_status = child->exit_status;
	daemon_drain(daemon);
}

static void on_keeper_died(struct keepers *keepers, int ended_by)
{
	(void)keepers;
	log_error("the keeper has died (%s), and the keys with it; ids backed by key files are "
		  "refused "
		  "until they are read again (SIGHUP), or ssh-forward-agentd is started again",
		  ended_by != 0 ? strsignal(ended_by) : "it ended by itself");
}

/* Nothing of the daemon's memory is to reach a core file, or a debugger of the same user. */
static void harden_process(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		log_warn("core files cannot be turned off: %s", strerror(errno));
}

static int daemon_init_loop(struct daemon *daemon)
{
	int err = uv_loop_init(&daemon->loop);

	if (err < 0)
		return err;
	uv_timer_init(&daemon->loop, &daemon->drain);
	daemon->drain.data = daemon;
	last_wait_init(&daemon->last_wait, &daemon->loop, &daemon->audit);
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		uv_signal_start(&daemon->signals[i], on_signaled, handled_signals[i]);
	}
	return keepers_attach(&daemon->keepers, &daemon->loop, on_keeper_died, daemon);
}

/* What the policies of the sources name: hosts, and keys in files. */
static int daemon_make_rules(struct front *front, const struct options *options)
{
	int err;

	front->trusted_hosts = trusted_hosts_new();
	if (front->trusted_hosts == NULL)
		return -ENOMEM;
	err = trusted_hosts_set_files(front->trusted_hosts, options->known_hosts.list,
				      options->known_hosts.count);
	front->offers_all_known_hosts = options->known_hosts.count > 0;
	if (err == 0)
		err = source_set_make_rules(&front->sources, front->trusted_hosts,
					    options->config_path);
	return err;
}

/* Everything that can be wrong with the command line, before anything is asked or opened. */
static int daemon_prepare(struct daemon *daemon, const struct options *options)
{
	struct front *front = &daemon->front;
	int err;

	front->limits = options->limits;
	front->sources = options->sources;
	front->secrets = options->secrets;
	err = daemon_make_rules(front, options);
	for (size_t i = 0; err == 0 && i < options->allow.count; i++)
		err = access_allow(&front->access, options->allow.list[i]);
	if (err == 0)
		err = options->token_file != NULL
			      ? secret_load(options->token_file, &front->access.secret)
			      : secret_generate(&front->access.secret);
	if (err == 0 && options->token_file != NULL)
		err = revocations_load(&front->access.revoked, options->token_file);
	if (err == 0)
		err = listeners_resolve(&daemon->listeners, front, options,
					&daemon->inherited_sockets);
	if (err == 0)
		err = audit_open(&daemon->audit, options->audit_log, options->audit_mode);
	return err;
}

/*
 * What a container prints is in a log that more people read than may have the token, and that of a lasting secret
 * is good for longer than the container is there.
 */
static bool is_token_for_a_log(const struct daemon *daemon)
{
	return daemon->front.access.secret.lasts && endpoint_is_in_container();
}

static void print_start(const struct daemon *daemon, const struct byte_buf *token)
{
	if (token->len > 0)
		printf("export SSH_SHIM_TOKEN=%.*s;\n", (int)token->len, (char *)token->data);
	printf("export SSH_FORWARD_AGENTD_PID=%ld;\n", (long)getpid());
	if (token->len > 0)
		printf("# In the Dockerfile:\n"
		       "#   ARG SSH_SHIM_TOKEN\n"
		       "#   RUN ssh-shim -- git clone git@github.com:org/repo.git\n"
		       "# and with the two lines above in the shell:\n"
		       "#   docker build --build-arg SSH_SHIM_TOKEN .\n");
	else if (is_token_for_a_log(daemon))
		printf("# For a token, run in this container: /ssh-forward-agentd token\n");
	listeners_print(&daemon->listeners, stdout);
	fflush(stdout);
}

static void log_secrets(const struct secret_set *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		const struct offered_secret *secret = &secrets->list[i];

		if (secret->path != NULL)
			log_info("offering secret=%s from %s", secret->name, secret->path);
		else
			log_info("offering secret=%s from the environment", secret->name);
	}
}

/* An agent may well be started later, so one that does not answer is no reason not to start. */
static void log_sources(const struct source_set *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = sources->list[i];
		int err;

		if (source->kind == SOURCE_KEYS) {
			log_info("offering id=%s from key files", source->id);
			continue;
		}
		log_info("offering id=%s from the agent at %s", source->id, source->socket_path);
		err = unix_socket_probe(source->socket_path);
		if (err != 0)
			log_warn("the agent of id \"%s\" at %s does not answer now (%s); its "
				 "requests fail until it does",
				 source->id, source->socket_path, strerror(-err));
	}
}

/* Leaves token empty where nobody is to have one. */
static int daemon_make_token(struct daemon *daemon, bool is_for_command, struct byte_buf *token)
{
	struct mint_request everything = {0};
	struct front *front = &daemon->front;
	char reason[MINT_REASON_MAX];
	int err;

	if (front->port_hint == 0 || (!is_for_command && is_token_for_a_log(daemon)))
		return 0;
	if (!front->access.secret.lasts)
		snprintf(everything.name, sizeof(everything.name), "run");
	err = mint_settle_name(&everything, &front->access.secret, &front->access.revoked, reason);
	if (err != 0)
		return err;
	err = mint_token(&everything, &front->access.secret, front->access.host_key_hash,
			 front->port_hint, lease_wall_clock_s(), token);
	if (err == 0)
		audit_token_minted(&daemon->audit, &everything, 0);
	return err;
}

/* All is open: says so, to whoever waits for it. */
static int daemon_announce(struct daemon *daemon, char **command)
{
	struct byte_buf token;
	int err;

	byte_buf_init(&token, TOKEN_TEXT_MAX);
	err = daemon_make_token(daemon, command != NULL, &token);
	if (err != 0) {
		log_error("the token could not be made");
	} else if (command != NULL) {
		byte_buf_put_u8(&token, '\0');
		process_limits_restore(&daemon->inherited);
		err = child_command_start(&daemon->child, &daemon->loop, command,
					  (const char *)token.data, on_child_ended, daemon);
		process_limits_adapt(&daemon->inherited);
		if (err != 0)
			daemon->exit_status = daemon->child.exit_status;
	} else {
		print_start(daemon, &token);
		if (daemon->ready_fd >= 0)
			background_ready(daemon->ready_fd);
	}
	if (err == 0)
		service_notify_ready(&daemon->notify, "Serving");
	byte_buf_deinit(&token);
	return err;
}

static void daemon_serve(struct daemon *daemon, char **command)
{
	struct front *front = &daemon->front;
	int err;

	front->loop = &daemon->loop;
	front->begun_at = time(NULL);
	front->begun_s = lease_clock_s();
	lease_wall_clock_s(); /* from now on it does not run back */
	front->listeners = &daemon->listeners;
	upstream_pool_init(&front->pool, &daemon->loop, &front->limits);
	confirm_init(&front->confirm, &daemon->loop, &front->limits);
	front->confirm.audit = &daemon->audit;
	front->relays = (struct relay_context){.pool = &front->pool,
					       .confirm = &front->confirm,
					       .audit = &daemon->audit,
					       .on_quiet = on_relays_quiet,
					       .owner = daemon};
	audit_start(&daemon->audit, &daemon->loop);
	err = front_init(front);
	if (err == 0)
		err = listeners_open(&daemon->listeners);
	if (err == 0) {
		log_sources(&front->sources);
		log_secrets(&front->secrets);
		source_set_warn_of_no_askpass(&front->sources);
		err = daemon_announce(daemon, command);
	}
	if (err != 0) {
		if (daemon->exit_status == 0)
			daemon->exit_status = 1;
		daemon_close(daemon);
	}
	log_pause_begin(&daemon->log_pause, &daemon->loop);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	log_pause_end(&daemon->log_pause);
	/* Only now: the end of each connection is on record, too. */
	audit_close(&daemon->audit);
	last_wait_begin(&daemon->last_wait);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	last_wait_close(&daemon->last_wait);
	uv_run(&daemon->loop, UV_RUN_NOWAIT);
}

/*
 * A thread, or a program that asked somebody, does not come back from a file system that answers nothing: what it
 * uses cannot be freed. What is secret may not outlast us: a process, and its memory, goes when its last thread does.
 */
static void daemon_abandon(struct daemon *daemon)
{
	log_warn("ending without what a file system of the host, which does not answer, was asked "
		 "for");
	audit_deinit(&daemon->audit);
	access_deinit(&daemon->front.access);
	secret_set_deinit(&daemon->front.secrets);
	keepers_let_go(&daemon->keepers);
	_exit(daemon->exit_status); /* exit would wait for threads */
}

int daemon_run(struct options *options)
{
	/* What is not open yet must look so: the way out goes past all of it. */
	struct daemon daemon = {
		.ready_fd = -1,
		.listeners = {.inherited = &daemon.inherited_sockets, .dir = {.lock_fd = -1}},
	};
	int err;

	daemon.reload = (struct reload){.front = &daemon.front,
					.listeners = &daemon.listeners,
					.keepers = &daemon.keepers,
					.notify = &daemon.notify,
					.options = options};
	daemon.ends_with_terminal = ends_with_terminal(options);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* an audit log at its limit is an error like others */
	harden_process();
	process_limits_read(&daemon.inherited);
	process_limits_adapt(&daemon.inherited);
	service_notify_open(&daemon.notify);
	err = inherited_sockets_take(&daemon.inherited_sockets);
	if (err == 0 && options->forks) {
		daemon.ready_fd = background_fork();
		err = daemon.ready_fd < 0 ? daemon.ready_fd : 0;
	}
	if (err == 0)
		err = daemon_prepare(&daemon, options);
	if (err == 0)
		err = keepers_start(&daemon.keepers, &daemon.front.sources,
				    options->passphrase_file);
	if (err == 0) {
		err = daemon_init_loop(&daemon);
		if (err == 0)
			daemon_serve(&daemon, options->command);
		err = uv_loop_close(&daemon.loop);
		assert(err == 0 || daemon.last_wait.is_over);
	} else {
		daemon.exit_status = 1;
	}
	listeners_deinit(&daemon.listeners);
	inherited_sockets_close(&daemon.inherited_sockets);
	service_notify_close(&daemon.notify);
	if (daemon.last_wait.is_over && err != 0)
		daemon_abandon(&daemon);
	front_deinit(&daemon.front);
	keepers_deinit(&daemon.keepers);
	audit_deinit(&daemon.audit);
	/* Wiped clean now; a leak checker may look. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return daemon.exit_status;
}
