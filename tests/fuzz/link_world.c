#include "tests/fuzz/link_world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/log.h"
#include "tests/fuzz/fake_clock.h"
#include "tests/fuzz/fake_libssh.h"
#include "tests/fuzz/fuzz.h"

enum { TURNS_TO_END = 2000 };

const uint8_t our_hash[32] = "the hash of the right host key.";
static const char token[] = "sfa1_this_would_be_the_token";
static int said_fd = -1;
static int stderr_fd;

/* In the place of the search for another daemon: there is none. */
struct find {
	uv_timer_t timer;
	const struct find_events *events;
	void *owner;
};

static void on_find_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_find_due(uv_timer_t *timer)
{
	struct find *find = timer->data;

	find->events->on_failed(find->owner, FIND_NO_DAEMON);
}

int find_start(uv_loop_t *loop, const struct find_request *request,
	       const struct find_events *events, void *owner, struct find **out)
{
	struct find *find = calloc(1, sizeof(*find));

	(void)request;
	FUZZ_CHECK(find != NULL);
	find->events = events;
	find->owner = owner;
	uv_timer_init(loop, &find->timer);
	find->timer.data = find;
	uv_timer_start(&find->timer, on_find_due, 100, 0);
	*out = find;
	return 0;
}

void find_close(struct find *find)
{
	uv_close((uv_handle_t *)&find->timer, on_find_closed);
}

void find_report(const struct find *find, enum find_failure failure)
{
	(void)find;
	(void)failure;
}

static void set_up(void)
{
	if (said_fd >= 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	log_init("fuzz", LOG_LEVEL_INFO);
	said_fd = memfd_create("said", MFD_CLOEXEC);
	stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	FUZZ_CHECK(said_fd >= 0 && stderr_fd >= 0);
}

/* As for fuzz_config: FUZZ_LOUD shows all, sanitizers' reports, too. */
static void say_to(int fd)
{
	if (getenv("FUZZ_LOUD") == NULL)
		FUZZ_CHECK(dup2(fd, STDERR_FILENO) == STDERR_FILENO);
}

/* What the build's log is told is fit for a terminal, whatever the daemon said. */
static void check_said(void)
{
	char block[4096];
	ssize_t got;

	FUZZ_CHECK(lseek(said_fd, 0, SEEK_SET) == 0);
	while ((got = read(said_fd, block, sizeof(block))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			FUZZ_CHECK(block[i] == '\n' ||
				   ((uint8_t)block[i] >= 0x20 && block[i] != 0x7f));
	}
	FUZZ_CHECK(ftruncate(said_fd, 0) == 0 && lseek(said_fd, 0, SEEK_SET) == 0);
}

static void on_ready(void *owner)
{
	struct world *world = owner;
	struct found found = {.link = world->link, .where = "daemon:2522"};
	static struct candidate candidate;

	/* Whom no token was shown to is believed; else it is the right one. */
	FUZZ_CHECK(world->has_greeted && (world->is_ours || world->credentials.token == NULL));
	found.candidate = &candidate;
	uplink_init(&world->uplink, &world->loop, &found, &world->credentials);
	wait_notice_init(&world->notice, &world->uplink);
	world->uplink.notice = &world->notice;
	world->is_up = true;
	world->link = NULL;
}

static void on_failed(void *owner, enum link_failure failure, const char *said)
{
	struct world *world = owner;

	(void)failure;
	world->link = NULL;
	for (const char *c = said; *c != '\0'; c++)
		FUZZ_CHECK((uint8_t)*c >= 0x20 && *c != 0x7f);
}

static void on_lost(void *owner, const char *reason)
{
	(void)owner;
	(void)reason;
	FUZZ_CHECK(!"lost before it was the uplink's");
}

static const struct link_events events = {
	.on_ready = on_ready, .on_failed = on_failed, .on_lost = on_lost};

void world_begin(struct world *world, bool has_token)
{
	int fds[2];

	set_up();
	fake_clock_reset();
	*world = (struct world){.credentials = {.token = has_token ? token : NULL}};
	memcpy(world->credentials.host_key_hash, our_hash, sizeof(our_hash));
	byte_buf_init(&world->out, LINK_STREAM_MAX);
	byte_buf_init(&world->in, LINK_STREAM_MAX);
	for (size_t i = 0; i < PROGRAMS; i++)
		world->programs[i].fd = -1;
	FUZZ_CHECK(uv_loop_init(&world->loop) == 0);
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	world->daemon_fd = fds[0];
	FUZZ_CHECK(link_start(&world->loop, fds[1], &world->credentials, &events, world,
			      &world->link) == 0);
	say_to(said_fd);
}

/* The token is for the daemon that it names; no other sees it. */
static void take_said(struct world *world)
{
	struct byte_view stream;
	struct byte_view body;
	uint8_t number;
	char block[16 * 1024];
	ssize_t got = read(world->daemon_fd, block, sizeof(block));
	int type;

	if (got <= 0)
		return;
	byte_buf_put_bytes(&world->in, block, (size_t)got);
	FUZZ_CHECK(byte_buf_status(&world->in) == 0);
	stream = byte_buf_view(&world->in);
	while (fake_take(&stream, &type, &number, &body)) {
		if (type == FAKE_PASSWORD)
			FUZZ_CHECK(world->has_greeted && world->is_ours);
		if (type == FAKE_OPEN || type == FAKE_EXEC || type == FAKE_GLOBAL)
			FUZZ_CHECK(world->is_up);
	}
	byte_buf_consume(&world->in, world->in.len - stream.len);
}

static void program_read(struct program *program)
{
	char block[4096];
	size_t body_len;
	ssize_t got;

	while (program->fd >= 0 && (got = read(program->fd, block, sizeof(block))) > 0)
		byte_buf_put_bytes(&program->got, block, (size_t)got);
	while (frame_peek(byte_buf_view(&program->got), &body_len) == 0) {
		FUZZ_CHECK(++program->replies <= program->requests);
		byte_buf_consume(&program->got, FRAME_HEADER_LEN + body_len);
	}
}

void world_turn(struct world *world)
{
	ssize_t sent;

	if (world->daemon_fd >= 0 && world->out.len > 0) {
		sent = send(world->daemon_fd, world->out.data, world->out.len, MSG_NOSIGNAL);
		if (sent > 0)
			byte_buf_consume(&world->out, (size_t)sent);
	}
	fake_clock_advance(1);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	if (world->daemon_fd >= 0)
		take_said(world);
	for (size_t i = 0; i < PROGRAMS; i++)
		program_read(&world->programs[i]);
}

void world_say(struct world *world, int type, unsigned number, struct byte_view body)
{
	if (world->daemon_fd >= 0 && world->out.len < LINK_STREAM_MAX / 2)
		fake_put(&world->out, type, (uint8_t)number, body);
}

void program_end(struct program *program)
{
	if (program->fd >= 0)
		close(program->fd);
	program->fd = -1;
	byte_buf_deinit(&program->fed);
	byte_buf_deinit(&program->got);
	program->requests = 0;
	program->replies = 0;
}

/* In the order in which the shim ends: programs, verbs, the link. */
void world_end(struct world *world)
{
	unsigned turns = 0;

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (world->programs[i].conn != NULL)
			agent_conn_close(world->programs[i].conn);
		program_end(&world->programs[i]);
	}
	for (size_t i = 0; i < ASKS; i++) {
		if (world->asks[i] != NULL)
			ask_close(world->asks[i]);
	}
	if (world->is_up) {
		wait_notice_close(&world->notice);
		uplink_close(&world->uplink);
	} else if (world->link != NULL) {
		link_close(world->link);
	}
	do
		fake_clock_advance(1);
	while (uv_run(&world->loop, UV_RUN_NOWAIT) != 0 && ++turns < TURNS_TO_END);
	FUZZ_CHECK(uv_loop_close(&world->loop) == 0);
	if (world->daemon_fd >= 0)
		close(world->daemon_fd);
	byte_buf_deinit(&world->out);
	byte_buf_deinit(&world->in);
	say_to(stderr_fd);
	check_said();
}
