#include "tests/fuzz/daemon_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentd/source_rules.h"
#include "agentd/sshsig.h"
#include "agentd/userauth.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/log.h"
#include "tests/fuzz/fake_clock.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_SECRET_LEN = 70 * 1024, STREAM_MAX = 1024 * 1024, TURNS_TO_END = 2000 };

const char *const world_ids[IDS] = {"one", "two"};

static char directory[] = "/tmp/fuzz-daemon-XXXXXX";
static int listen_fds[IDS] = {-1, -1};
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
	static const char *const names[] = {"tree/a",	   "tree", "file", "audit",
					    "known_hosts", "one",  "two"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(path_of(names[i]));
	remove(directory);
}

static void write_file(const char *name, size_t len)
{
	FILE *file = fopen(path_of(name), "w");

	FUZZ_CHECK(file != NULL);
	if (len > 0)
		fprintf(file, "%s%*s", WORLD_MARK, (int)(len - strlen(WORLD_MARK)), "");
	FUZZ_CHECK(fclose(file) == 0);
}

static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of(name));
	FUZZ_CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		   listen(fd, 64) == 0);
	return fd;
}

static void set_up(void)
{
	if (listen_fds[0] >= 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	/* The log is made, but not read: what it says of mistakes of a peer is for people. */
	log_init("fuzz", getenv("FUZZ_LOUD") != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	FUZZ_CHECK(mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	for (size_t i = 0; i < IDS; i++)
		listen_fds[i] = listen_at(world_ids[i]);
	write_file("known_hosts", 0);
	write_file("file", FILE_SECRET_LEN);
	FUZZ_CHECK(mkdir(path_of("tree"), 0700) == 0);
	write_file("tree/a", 100);
	FUZZ_CHECK(setenv("WORLD_WORD", WORLD_MARK, 1) == 0);
}

static void set_policy(struct source *source, const char *name, const char *value)
{
	char reason[POLICY_REASON_MAX];

	FUZZ_CHECK(policy_set(&source->policy, name, value, reason) == 0);
}

static void add_sources(struct front *front)
{
	char spec[300];
	char *known_hosts;

	for (size_t i = 0; i < IDS; i++) {
		snprintf(spec, sizeof(spec), "%s=%s", world_ids[i], path_of(world_ids[i]));
		FUZZ_CHECK(source_add_agent(&front->sources, spec) == 0);
	}
	set_policy(front->sources.list[1], "user", "git");
	set_policy(front->sources.list[1], "allow-sshsig", "git");
	set_policy(front->sources.list[1], "repo", "git.example.com/org");
	snprintf(spec, sizeof(spec), "%d", TWO_SIGNATURES_MAX);
	set_policy(front->sources.list[1], "max-signatures", spec);
	front->trusted_hosts = trusted_hosts_new();
	known_hosts = strdup(path_of("known_hosts"));
	FUZZ_CHECK(front->trusted_hosts != NULL && known_hosts != NULL);
	FUZZ_CHECK(trusted_hosts_set_files(front->trusted_hosts, &known_hosts, 1) == 0);
	FUZZ_CHECK(source_set_make_rules(&front->sources, front->trusted_hosts, NULL) == 0);
	free(known_hosts);
}

static void add_secrets(struct front *front)
{
	char reason[SECRET_SET_REASON_MAX];
	struct secret_spec word = {.name = "word", .env = "WORLD_WORD"};

	FUZZ_CHECK(secret_set_add(&front->secrets, &word, reason) == 0);
	for (size_t i = 0; i < 2; i++) {
		const char *name = i == 0 ? "file" : "tree";
		struct secret_spec spec = {.name = name, .src = path_of(name)};

		FUZZ_CHECK(secret_set_add(&front->secrets, &spec, reason) == 0);
	}
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
	*world = (struct world){.front = {.loop = &world->loop,
					  .limits = limits_default,
					  .port_hint = 2522,
					  .begun_at = FAKE_CLOCK_BEGUN_S}};
	front->limits.connections_per_link = 6;
	front->limits.upstream_per_id = 2; /* so that builds wait for each other */
	front->limits.secrets_per_link = 2;
	FUZZ_CHECK(uv_loop_init(&world->loop) == 0);
	memset(front->access.secret.seal_key, 's', sizeof(front->access.secret.seal_key));
	FUZZ_CHECK(front_init(front) == 0);
	add_sources(front);
	add_secrets(front);
	open_audit(world, is_strict);
	upstream_pool_init(&front->pool, &world->loop, &front->limits);
	confirm_init(&front->confirm, &world->loop, &front->limits);
	front->relays = (struct relay_context){
		.pool = &front->pool, .confirm = &front->confirm, .audit = &world->audit};
	for (size_t i = 0; i < IDS; i++) {
		for (size_t j = 0; j < AGENT_CONNECTIONS; j++) {
			world->agents[i].connections[j].fd = -1;
			byte_buf_init(&world->agents[i].connections[j].asked, STREAM_MAX);
		}
	}
}

/* What may be asked of an agent, by whoever asks; and of "two", as whom. */
static void check_request(struct agent *agent, bool is_two, struct byte_view body)
{
	struct sign_request sign;
	struct userauth auth;
	struct sshsig sig;

	FUZZ_CHECK(body.ptr[0] == SSH_AGENTC_REQUEST_IDENTITIES ||
		   body.ptr[0] == SSH_AGENTC_SIGN_REQUEST || body.ptr[0] == SSH_AGENTC_EXTENSION);
	if (body.ptr[0] != SSH_AGENTC_SIGN_REQUEST)
		return;
	agent->sign_requests++;
	FUZZ_CHECK(agent_parse_sign_request(body, &sign) == 0);
	if (userauth_parse(sign.data, &auth) == 0)
		FUZZ_CHECK(!is_two || view_equals_text(auth.user, "git"));
	else
		FUZZ_CHECK(is_two && sshsig_parse(sign.data, &sig) == 0 &&
			   view_equals_text(sig.namespace, "git"));
	FUZZ_CHECK(!is_two || agent->sign_requests <= TWO_SIGNATURES_MAX);
}

static void agent_read(struct agent *agent, bool is_two, struct agent_connection *connection)
{
	size_t before = connection->asked.len;
	char block[4096];
	size_t body_len;
	ssize_t got;

	while ((got = read(connection->fd, block, sizeof(block))) > 0)
		byte_buf_put_bytes(&connection->asked, block, (size_t)got);
	FUZZ_CHECK(byte_buf_status(&connection->asked) == 0);
	if (connection->asked.len == before)
		return;
	/* One request at a time. */
	if (frame_peek(byte_buf_view(&connection->asked), &body_len) == 0) {
		FUZZ_CHECK(connection->asked.len == FRAME_HEADER_LEN + body_len);
		check_request(agent, is_two,
			      frame_body(byte_buf_view(&connection->asked), body_len));
	}
}

static void agent_turn(struct agent *agent, bool is_two)
{
	int fd = accept4(listen_fds[is_two], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (size_t i = 0; i < AGENT_CONNECTIONS; i++) {
		struct agent_connection *connection = &agent->connections[i];

		if (connection->fd < 0 && fd >= 0) {
			connection->fd = fd;
			agent->connection_count++;
			fd = -1;
		}
		if (connection->fd < 0)
			continue;
		agent_read(agent, is_two, connection);
		if (agent->answers)
			world_agent_answer(agent, (unsigned)i);
	}
	if (fd >= 0)
		close(fd);
}

static void put_identity(struct byte_buf *out)
{
	static const uint8_t blob[] = "\0\0\0\x0bssh-ed25519\0\0\0\x20"
				      "0123456789abcdef0123456789ABCDEF";

	byte_buf_put_u8(out, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(out, 1);
	byte_buf_put_string(out, (struct byte_view){blob, sizeof(blob) - 1});
	byte_buf_put_text(out, "a\nkey");
}

/* Whatever it says counts as its answer. */
static void agent_send(struct agent_connection *connection, struct byte_view bytes)
{
	(void)!send(connection->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
	byte_buf_clear(&connection->asked);
}

void world_agent_answer(struct agent *agent, unsigned which)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];
	struct byte_buf reply;
	size_t body_len;
	size_t mark;

	if (connection->fd < 0 || frame_peek(byte_buf_view(&connection->asked), &body_len) != 0)
		return;
	byte_buf_init(&reply, FRAME_LEN_MAX);
	mark = frame_begin(&reply);
	if (connection->asked.data[FRAME_HEADER_LEN] == SSH_AGENTC_REQUEST_IDENTITIES) {
		put_identity(&reply);
	} else if (connection->asked.data[FRAME_HEADER_LEN] == SSH_AGENTC_SIGN_REQUEST) {
		byte_buf_put_u8(&reply, SSH_AGENT_SIGN_RESPONSE);
		byte_buf_put_text(&reply, "signature");
		agent->signatures++;
	} else {
		byte_buf_put_u8(&reply, SSH_AGENT_SUCCESS);
	}
	frame_end(&reply, mark);
	agent_send(connection, byte_buf_view(&reply));
	byte_buf_deinit(&reply);
}

void world_agent_say(struct agent *agent, unsigned which, struct byte_view bytes)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];

	if (connection->fd < 0)
		return;
	agent->has_lied = true;
	agent_send(connection, bytes);
}

void world_agent_hang_up(struct agent *agent, unsigned which)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];

	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
	byte_buf_clear(&connection->asked);
}

void world_turn(struct world *world)
{
	fake_clock_advance(1);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < IDS; i++)
		agent_turn(&world->agents[i], i == 1);
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
	FUZZ_CHECK(front->files.running_count == 0 && TAILQ_EMPTY(&front->files.waiting));
	for (size_t i = 0; i < IDS; i++) {
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

static void end_agents(struct world *world)
{
	for (size_t i = 0; i < IDS; i++) {
		for (unsigned j = 0; j < AGENT_CONNECTIONS; j++) {
			world_agent_hang_up(&world->agents[i], j);
			byte_buf_deinit(&world->agents[i].connections[j].asked);
		}
	}
}

void world_end(struct world *world)
{
	unsigned turns = 0;

	world_hold_files(world, false);
	world_fill_disk(world, false);
	run_on(world);
	check_quiet(&world->front);
	front_close_connections(&world->front);
	audit_close(&world->audit);
	do
		fake_clock_advance(1);
	while (uv_run(&world->loop, UV_RUN_NOWAIT) != 0 && ++turns < TURNS_TO_END);
	FUZZ_CHECK(jobs == 0);
	FUZZ_CHECK(uv_loop_close(&world->loop) == 0);
	close(world->audit_fd);
	audit_deinit(&world->audit);
	front_deinit(&world->front);
	end_agents(world);
}
