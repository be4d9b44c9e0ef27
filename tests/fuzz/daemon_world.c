#include "tests/fuzz/daemon_world.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agentd/source_rules.h"
#include "common/base64.h"
#include "common/log.h"
#include "tests/fuzz/capture.h"
#include "tests/fuzz/daemon_requests.h"
#include "tests/fuzz/fake_askpass.h"
#include "tests/fuzz/fake_clock.h"

enum { FILE_SECRET_LEN = 70 * 1024, CONFIG_MAX = 16 * 1024, TURNS_TO_END = 2000 };

static char directory[] = "/tmp/fuzz-daemon-XXXXXX";
static int listen_fds[IDS] = {-1};
static struct capture errors = {.fd = STDERR_FILENO};
static bool holds_files;
static unsigned jobs;

/* In the place of libuv's: no threads, and done in a turn of the loop to come. */
struct job {
	uv_timer_t timer;
	uv_work_t *request;
	uv_work_cb work;
	uv_after_work_cb after;
	bool is_worked;
};

static void on_job_closed(uv_handle_t *handle)
{
	jobs--;
	free(handle->data);
}

static void on_job(uv_timer_t *timer)
{
	struct job *job = timer->data;

	if (!job->is_worked && holds_files)
		return;
	uv_close((uv_handle_t *)timer, on_job_closed);
	job->work(job->request);
	job->after(job->request, 0);
}

int uv_queue_work(uv_loop_t *loop, uv_work_t *req, uv_work_cb work_cb,
		  uv_after_work_cb after_work_cb)
{
	struct job *job = calloc(1, sizeof(*job));

	FUZZ_CHECK(job != NULL);
	*job = (struct job){.request = req, .work = work_cb, .after = after_work_cb};
	jobs++;
	uv_timer_init(loop, &job->timer);
	job->timer.data = job;
	/* Looks again in every turn while files are held. */
	uv_timer_start(&job->timer, on_job, 0, 1);
	return 0;
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void remove_all(void)
{
	static const char *const names[] = {"tree/a",		"tree", "file", "audit",
					    ".ssh/known_hosts", ".ssh", "new",	"config"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(path_of(names[i]));
	for (size_t i = 0; i < IDS; i++)
		remove(path_of(daemon_ids[i]));
	remove(directory);
}

/* In the place of what is there, at once. */
static void write_file(const char *name, struct byte_view bytes)
{
	char *path = strdup(path_of(name));
	FILE *file = fopen(path_of("new"), "w");

	FUZZ_CHECK(path != NULL && file != NULL);
	FUZZ_CHECK(bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len);
	FUZZ_CHECK(fclose(file) == 0);
	FUZZ_CHECK(rename(path_of("new"), path) == 0);
	free(path);
}

static void write_secret(const char *name, size_t len)
{
	struct byte_buf text;

	byte_buf_init(&text, len);
	byte_buf_printf(&text, "%s%*s", WORLD_MARK, (int)(len - strlen(WORLD_MARK)), "");
	write_file(name, byte_buf_view(&text));
	byte_buf_deinit(&text);
}

static void write_config(unsigned configuration)
{
	static unsigned written = UINT_MAX;
	struct byte_buf text;

	if (configuration == written)
		return;
	written = configuration;
	byte_buf_init(&text, CONFIG_MAX);
	daemon_policy_put(&text, configuration, directory);
	write_file("config", byte_buf_view(&text));
	byte_buf_deinit(&text);
}

/* No two are of the same size, so that a change is seen however quickly it comes. */
static void write_known_hosts(enum world_hosts hosts)
{
	static enum world_hosts written = WORLD_HOSTS;
	struct byte_buf text;
	struct byte_buf key;

	if (hosts == written)
		return;
	written = hosts;
	byte_buf_init(&text, CONFIG_MAX);
	byte_buf_init(&key, CONFIG_MAX);
	daemon_request_put_host_key(&key);
	if (hosts == HOST_IS_ANOTHER)
		key.data[key.len - 1] ^= 1;
	for (unsigned i = 0; hosts != HOST_IS_NOT_KNOWN && i < (hosts == HOST_IS_REVOKED) + 1U;
	     i++) {
		byte_buf_printf(&text, "%s%s%s ssh-ed25519 ", i == 1 ? "@revoked " : "",
				hosts == HOST_IS_ANOTHER ? "x," : "", DAEMON_POLICY_HOST);
		base64_put(&text, byte_buf_view(&key), BASE64_STANDARD_UNPADDED);
		byte_buf_put_u8(&text, '\n');
	}
	FUZZ_CHECK(byte_buf_status(&text) == 0);
	write_file(".ssh/known_hosts", byte_buf_view(&text));
	byte_buf_deinit(&text);
	byte_buf_deinit(&key);
}

static void set_up(void)
{
	if (listen_fds[0] >= 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	capture_begin(&errors); /* what it opens stays, and is counted from now on */
	(void)capture_end(&errors);
	FUZZ_CHECK(mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	for (size_t i = 0; i < IDS; i++)
		listen_fds[i] = agent_listen(path_of(daemon_ids[i]));
	FUZZ_CHECK(mkdir(path_of(".ssh"), 0700) == 0 && mkdir(path_of("tree"), 0700) == 0);
	write_secret("file", FILE_SECRET_LEN);
	write_secret("tree/a", 100);
	FUZZ_CHECK(setenv("WORLD_WORD", WORLD_MARK, 1) == 0 && setenv("HOME", directory, 1) == 0 &&
		   setenv("SSH_ASKPASS", "/fake/askpass", 1) == 0);
}

/* The log is made, but not read: what it says of mistakes of a peer is for people. */
static void command_line(struct words *words)
{
	struct byte_buf text;

	byte_buf_init(&text, CONFIG_MAX);
	byte_buf_printf(&text, "ssh-forward-agentd\n--config=%s/config\n--log-level=%s\n",
			directory, getenv("FUZZ_LOUD") != NULL ? "debug" : "error");
	byte_buf_printf(&text,
			"--secret=id=word,env=WORLD_WORD\n--secret=id=file,src=%s/file\n"
			"--secret=id=tree,src=%s/tree\n",
			directory, directory);
	/* So that builds wait for each other. */
	byte_buf_printf(&text, "--limit=connections-per-link=6\n--limit=upstream-per-id=2\n"
			       "--limit=secrets-per-link=2\n");
	byte_buf_printf(&text,
			"--limit=confirm-prompts=2\n--limit=confirm-queue=4\n"
			"--limit=confirm-refusals=4\n--limit=confirm-logins=%d\n",
			CONFIRM_LOGINS_MAX);
	words_add_lines(words, byte_buf_view(&text));
	byte_buf_deinit(&text);
}

static void configure(struct world *world)
{
	struct front *front = &world->front;
	struct options *options = &world->options;
	struct words *words = &world->command_line;

	command_line(words);
	write_config(0);
	write_known_hosts(HOST_IS_KNOWN);
	FUZZ_CHECK(options_parse(words->argc, words->argv, options) == OPTIONS_RUN);
	log_init("ssh-forward-agentd", options->log_level);
	front->limits = options->limits;
	front->sources = options->sources; /* transferred */
	front->secrets = options->secrets;
	options->sources = (struct source_set){0};
	options->secrets = (struct secret_set){0};
	front->trusted_hosts = trusted_hosts_new();
	FUZZ_CHECK(front->trusted_hosts != NULL &&
		   trusted_hosts_set_files(front->trusted_hosts, NULL, 0) == 0);
	FUZZ_CHECK(source_set_make_rules(&front->sources, front->trusted_hosts,
					 options->config_path) == 0);
	world->listeners = (struct listeners){
		.front = front, .dir = {.lock_fd = -1}, .inherited = &world->inherited};
	world->notify.fd = -1;
	world->keepers.loop = &world->loop;
	world->reload = (struct reload){.front = front,
					.listeners = &world->listeners,
					.keepers = &world->keepers,
					.notify = &world->notify,
					.options = options};
}

static void open_audit(struct world *world, bool is_strict)
{
	unlink(path_of("audit"));
	FUZZ_CHECK(audit_open(&world->audit, path_of("audit"),
			      is_strict ? AUDIT_REQUIRED : AUDIT_BEST_EFFORT) == 0);
	world->audit_fd = fcntl(world->audit.writer.sink.file.fd, F_DUPFD_CLOEXEC, 0);
	FUZZ_CHECK(world->audit_fd >= 0);
	audit_start(&world->audit, &world->loop);
}

void world_begin(struct world *world, bool is_strict)
{
	struct front *front = &world->front;

	set_up();
	fake_clock_reset();
	holds_files = false;
	*world = (struct world){
		.front = {.loop = &world->loop, .port_hint = 2522, .begun_at = FAKE_CLOCK_BEGUN_S}};
	daemon_policy_begin(&world->policy);
	FUZZ_CHECK(uv_loop_init(&world->loop) == 0);
	memset(front->access.secret.seal_key, 's', sizeof(front->access.secret.seal_key));
	FUZZ_CHECK(front_init(front) == 0);
	configure(world);
	open_audit(world, is_strict);
	upstream_pool_init(&front->pool, &world->loop, &front->limits);
	confirm_init(&front->confirm, &world->loop, &front->limits);
	front->confirm.audit = &world->audit;
	front->relays = (struct relay_context){
		.pool = &front->pool, .confirm = &front->confirm, .audit = &world->audit};
	fake_askpass_reset(WORLD_MARK);
	for (unsigned i = 0; i < IDS; i++)
		agent_begin(&world->agents[i], i, listen_fds[i], &world->policy);
}

void world_turn(struct world *world)
{
	fake_clock_advance(1);
	fake_askpass_turn();
	uv_run(&world->loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < IDS; i++)
		agent_turn(&world->agents[i]);
}

void world_wait(struct world *world, uint64_t ms)
{
	fake_clock_advance(ms);
	world_turn(world);
}

void world_hold_files(struct world *world, bool holds)
{
	(void)world;
	holds_files = holds;
}

void world_fill_disk(struct world *world, bool is_full)
{
	int fd = is_full ? open("/dev/full", O_WRONLY | O_CLOEXEC) : world->audit_fd;

	FUZZ_CHECK(fd >= 0 && dup3(fd, world->audit.writer.sink.file.fd, O_CLOEXEC) >= 0);
	if (is_full)
		close(fd);
}

/* What is offered is what the configuration says. */
static void check_offered(const struct world *world)
{
	const struct daemon_policy *policy = &world->policy;

	for (unsigned i = 0; i < IDS; i++) {
		bool is_offered = (policy->allowed[policy->epoch][i] & IS_OFFERED) != 0;

		FUZZ_CHECK((source_find(&world->front.sources, daemon_ids[i]) != NULL) ==
			   is_offered);
	}
}

void world_reload(struct world *world, unsigned configuration)
{
	const struct source *two = source_find(&world->front.sources, daemon_ids[ID_TWO]);
	struct daemon_policy *policy = &world->policy;
	const char *said;
	bool is_two_used = two != NULL && two->user_count > 0;

	if (!daemon_policy_may_change(policy))
		return;
	write_config(configuration);
	capture_begin(&errors);
	reload_begin(&world->reload);
	said = capture_end(&errors);
	FUZZ_CHECK(!world->reload.is_pending); /* no keys are to be loaded */
	if (configuration < CONFIGURATIONS)
		daemon_policy_change(policy, configuration, policy->knows_host, is_two_used);
	else if (capture_is_on())
		FUZZ_CHECK(capture_check_lines(said, "ssh-forward-agentd: ") > 0);
	check_offered(world);
}

void world_know_hosts(struct world *world, enum world_hosts hosts)
{
	struct daemon_policy *policy = &world->policy;

	if (!daemon_policy_may_change(policy))
		return;
	write_known_hosts(hosts);
	daemon_policy_change(policy, policy->configuration, hosts == HOST_IS_KNOWN, false);
}

unsigned world_recorded(struct world *world)
{
	static const char signed_line[] = "\"verdict\":\"signed\"";
	char *text = NULL;
	FILE *file = fopen(path_of("audit"), "r");
	unsigned count = 0;
	size_t size = 0;

	(void)world;
	FUZZ_CHECK(file != NULL);
	while (getline(&text, &size, file) > 0)
		count += strstr(text, signed_line) != NULL;
	free(text);
	FUZZ_CHECK(fclose(file) == 0);
	return count;
}

static bool has_peers(const struct front *front)
{
	return !LIST_EMPTY(&front->links) || !LIST_EMPTY(&front->locals) ||
	       !LIST_EMPTY(&front->controls);
}

/* Nobody is left who wants something. */
static void check_quiet(const struct front *front)
{
	FUZZ_CHECK(!has_peers(front) && front->link_count == 0);
	FUZZ_CHECK(front->relays.relay_count == 0 && front->relays.busy_count == 0 &&
		   front->relays.input_len == 0 && LIST_EMPTY(&front->relays.records));
	FUZZ_CHECK(front->confirm.open_count == 0 && front->confirm.waiting_count == 0 &&
		   TAILQ_EMPTY(&front->confirm.prompts) && fake_askpass_running() == 0);
	FUZZ_CHECK(front->files.running_count == 0 && TAILQ_EMPTY(&front->files.waiting));
	for (size_t i = 0; i < front->sources.count; i++) {
		const struct source *source = front->sources.list[i];

		FUZZ_CHECK(source->user_count == 0 && source->state->relay_count == 0 &&
			   source->state->open_count == 0 && TAILQ_EMPTY(&source->state->holders) &&
			   TAILQ_EMPTY(&source->state->waiters) &&
			   LIST_EMPTY(&source->state->shares));
	}
}

/* The daemon hears that they are gone; what they were made to wait for may take its time. */
static void run_on(struct world *world)
{
	for (unsigned i = 0; i < TURNS_TO_END && has_peers(&world->front); i++)
		world_wait(world, i % 16 == 15 ? 10 * 1000 : 1);
	for (unsigned i = 0; i < 20; i++)
		world_wait(world, i == 10 ? 60 * 1000 : 1);
}

void world_end(struct world *world)
{
	unsigned turns = 0;

	world_hold_files(world, false);
	world_fill_disk(world, false);
	run_on(world);
	check_quiet(&world->front);
	front_close_connections(&world->front);
	confirm_end(&world->front.confirm);
	audit_close(&world->audit);
	do {
		fake_clock_advance(1);
		fake_askpass_turn();
	} while (uv_run(&world->loop, UV_RUN_NOWAIT) != 0 && ++turns < TURNS_TO_END);
	FUZZ_CHECK(jobs == 0);
	FUZZ_CHECK(uv_loop_close(&world->loop) == 0);
	close(world->audit_fd);
	audit_deinit(&world->audit);
	front_deinit(&world->front);
	options_deinit(&world->options);
	words_deinit(&world->command_line);
	for (size_t i = 0; i < IDS; i++)
		agent_end(&world->agents[i]);
}
