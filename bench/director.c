/*
 * director.c - bench-director: has the contenders play in turn, and watches the host's CPU clocks.
 *
 * All contenders are set up before the first figure is taken and stay up: agent-load waits in each
 * container, connected to us (player.h). So rounds can alternate between them within a second, and
 * what it costs to start a build is in nobody's figures.
 *
 * Usage: bench-director ADDR:PORT (port 0: any free). Says `listening ADDR:PORT`, then reads commands
 * from stdin and answers each with a line on stdout:
 *
 *   await NAME                       ready NAME
 *   play NAME [PID...] -- OPTIONS    played NAME host_cpu_us=N RESULT     (RESULT: see load_job.h)
 *   idle MS [PID...]                 idle ms=MS host_cpu_us=N
 *
 * host_cpu_us is the CPU time of the listed processes (PID+: with its children, for those that fork) while the measured requests ran; RESULT's
 * cpu_us that of the player's side. Every failure ends the program: a benchmark with a hole in it
 * is not worth finishing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/cpu_time.h"
#include "bench/tcp_address.h"

enum {
	PLAYERS_MAX = 2048, /* one in each of the idle links, too */
	PIDS_MAX = 64,
	NAME_LEN_MAX = 64,
	LINE_LEN_MAX = 1024,
	ARRIVAL_TIMEOUT_S = 30, /* a build whose step failed never comes */
	ANSWER_TIMEOUT_S = 120,
};

struct player_seat {
	char name[NAME_LEN_MAX];
	FILE *stream;
};

struct director {
	int listener;
	struct player_seat players[PLAYERS_MAX];
	size_t player_count;
};

struct pid_list {
	struct {
		pid_t pid;
		bool has_family;
	} pids[PIDS_MAX];
	size_t count;
};

static void __attribute__((format(printf, 1, 2), noreturn)) fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench-director: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

/* One line without its newline. Fails the benchmark when it does not come. */
static void read_answer(const struct player_seat *player, char line[LINE_LEN_MAX])
{
	if (fgets(line, LINE_LEN_MAX, player->stream) == NULL)
		fail("%s says nothing more: see its own log", player->name);
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "failed") == 0)
		fail("%s failed: see its own log for the reason", player->name);
}

static struct player_seat *director_find(struct director *director, const char *name)
{
	for (size_t i = 0; i < director->player_count; i++) {
		if (strcmp(director->players[i].name, name) == 0)
			return &director->players[i];
	}
	return NULL;
}

/* Waits for one more player to introduce itself. */
static void director_seat(struct director *director)
{
	static const struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};
	struct player_seat *player = &director->players[director->player_count];
	char line[LINE_LEN_MAX];
	int fd = accept(director->listener, NULL, NULL);

	if (fd < 0 || director->player_count == PLAYERS_MAX)
		fail("no player came within %d s", ARRIVAL_TIMEOUT_S);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	snprintf(player->name, sizeof(player->name), "a newcomer");
	player->stream = fdopen(fd, "r+");
	if (player->stream == NULL)
		fail("out of memory");
	read_answer(player, line);
	if (sscanf(line, "hello %63s", player->name) != 1)
		fail("a newcomer said '%s', not hello", line);
	director->player_count++;
}

static void director_await(struct director *director, const char *name)
{
	while (director_find(director, name) == NULL)
		director_seat(director);
	printf("ready %s\n", name);
}

/* Takes words from *rest until one that is no number, or the end. */
static struct pid_list parse_pids(char **rest)
{
	struct pid_list list = {0};
	char *word;
	char *end;

	while ((word = strtok_r(NULL, " ", rest)) != NULL && strcmp(word, "--") != 0) {
		long pid = strtol(word, &end, 10);

		list.pids[list.count].has_family = *end == '+';
		if (end[*end == '+'] != '\0' || pid <= 0 || list.count == PIDS_MAX - 1)
			fail("'%s' is no process id, or one too many", word);
		list.pids[list.count++].pid = (pid_t)pid;
	}
	return list;
}

static uint64_t cpu_time_of_list(const struct pid_list *list)
{
	uint64_t total = 0;
	uint64_t ns;

	for (size_t i = 0; i < list->count; i++) {
		pid_t pid = list->pids[i].pid;
		int err = list->pids[i].has_family ? cpu_time_of_family(pid, &ns)
						   : cpu_time_of_process(pid, &ns);

		if (err != 0)
			fail("process %d, which should be measured, is gone", (int)pid);
		total += ns;
	}
	return total;
}

static void director_play(struct director *director, const char *name, char **rest)
{
	struct pid_list pids = parse_pids(rest);
	struct player_seat *player = director_find(director, name);
	char line[LINE_LEN_MAX];
	uint64_t cpu_ns;

	if (player == NULL)
		fail("there is no player '%s'", name);
	fprintf(player->stream, "%s\n", *rest);
	fflush(player->stream);
	read_answer(player, line);
	if (strcmp(line, "warm") != 0)
		fail("%s said '%s', not warm", name, line);
	cpu_ns = cpu_time_of_list(&pids);
	fputs("go\n", player->stream);
	fflush(player->stream);
	read_answer(player, line);
	cpu_ns = cpu_time_of_list(&pids) - cpu_ns;
	printf("played %s host_cpu_us=%.1f %s\n", name, (double)cpu_ns / 1e3, line);
}

/* What the processes use when nobody asks them for anything. */
static void director_idle(const char *ms_text, char **rest)
{
	struct pid_list pids = parse_pids(rest);
	unsigned long ms = strtoul(ms_text, NULL, 10);
	struct timespec length = {.tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000) * 1000000};
	uint64_t cpu_ns = cpu_time_of_list(&pids);

	nanosleep(&length, NULL);
	cpu_ns = cpu_time_of_list(&pids) - cpu_ns;
	printf("idle ms=%lu host_cpu_us=%.1f\n", ms, (double)cpu_ns / 1e3);
}

static void director_obey(struct director *director, char *line)
{
	char *rest = NULL;
	char *verb = strtok_r(line, " ", &rest);
	char *object = strtok_r(NULL, " ", &rest);

	if (verb == NULL || object == NULL)
		fail("a command needs a verb and an object");
	if (strcmp(verb, "await") == 0)
		director_await(director, object);
	else if (strcmp(verb, "play") == 0)
		director_play(director, object, &rest);
	else if (strcmp(verb, "idle") == 0)
		director_idle(object, &rest);
	else
		fail("'%s' is no command", verb);
	fflush(stdout);
}

static void director_listen(struct director *director, const char *address)
{
	static const struct timeval timeout = {.tv_sec = ARRIVAL_TIMEOUT_S};
	char bound[TCP_ADDRESS_TEXT_LEN];
	int err = tcp_address_listen(address, &director->listener);

	if (err == 0)
		err = tcp_address_of(director->listener, bound);
	if (err != 0)
		fail("cannot listen on %s: %s", address, strerror(-err));
	setsockopt(director->listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	printf("listening %s\n", bound);
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	static struct director director;
	char line[LINE_LEN_MAX];

	if (argc != 2)
		fail("usage: bench-director ADDR:PORT");
	director_listen(&director, argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		director_obey(&director, line);
	}
	for (size_t i = 0; i < director.player_count; i++)
		fclose(director.players[i].stream);
	return EXIT_SUCCESS;
}
