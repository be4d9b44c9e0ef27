#include "bench/command_load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/load.h"

enum {
	OUTPUT_LEN_MAX = 4096,
	COMMAND_WORDS_MAX = 16,
};

/* At blanks, in place. 0, or -EINVAL: no word, or too many. */
static int split_words(char *text, char *argv[COMMAND_WORDS_MAX + 1])
{
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		if (count == COMMAND_WORDS_MAX)
			return -EINVAL;
		argv[count++] = word;
	}
	argv[count] = NULL;
	return count > 0 ? 0 : -EINVAL;
}

static int spawn_with_output(const char *command, int output, pid_t *pid)
{
	char *argv[COMMAND_WORDS_MAX + 1];
	char *words = strdup(command);
	posix_spawn_file_actions_t actions;
	int err = -posix_spawn_file_actions_init(&actions);

	if (err != 0)
		goto out;
	err = words == NULL ? -ENOMEM : split_words(words, argv);
	if (err == 0)
		err = -posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (err == 0)
		err = -posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
out:
	free(words);
	return err;
}

/* Until its end; what is more than the buffer holds is read and forgotten. */
static void read_output(int fd, char text[OUTPUT_LEN_MAX])
{
	char rest[OUTPUT_LEN_MAX];
	size_t len = 0;
	ssize_t got = 1;

	while (got > 0) {
		if (len < OUTPUT_LEN_MAX - 1) {
			got = read(fd, text + len, OUTPUT_LEN_MAX - 1 - len);
			len += got > 0 ? (size_t)got : 0;
		} else {
			got = read(fd, rest, sizeof(rest));
		}
		if (got < 0 && errno == EINTR)
			got = 1;
	}
	text[len] = '\0';
}

static uint64_t moment_in(const char *output)
{
	static const char word[] = " finished_ns=";
	const char *at = strstr(output, word);

	return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static int run_once(const char *command, uint64_t *taken_ns)
{
	char output[OUTPUT_LEN_MAX];
	uint64_t started_ns;
	uint64_t ended_ns;
	uint64_t moment_ns;
	int status = 0;
	int ends[2];
	pid_t pid;
	int err;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	started_ns = load_now_ns();
	err = spawn_with_output(command, ends[1], &pid);
	close(ends[1]);
	if (err == 0) {
		read_output(ends[0], output);
		if (waitpid(pid, &status, 0) < 0)
			err = -errno;
	}
	ended_ns = load_now_ns();
	close(ends[0]);
	if (err != 0)
		return err;
	moment_ns = moment_in(output);
	if (moment_ns == 0)
		moment_ns = ended_ns;
	if (status != 0 || moment_ns < started_ns || moment_ns > ended_ns)
		return -ECANCELED;
	*taken_ns = moment_ns - started_ns;
	return 0;
}

int command_load_run(const char *command, size_t times, struct latency *latency)
{
	uint64_t taken_ns = 0;
	int err = 0;

	for (size_t i = 0; i < times && err == 0; i++) {
		err = run_once(command, &taken_ns);
		if (err == 0 && latency != NULL)
			latency_add(latency, taken_ns);
	}
	return err;
}
