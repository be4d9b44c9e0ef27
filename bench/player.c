#include "bench/player.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load_job.h"
#include "bench/tcp_address.h"

enum {
	ORDER_WORDS_MAX = 32,
	RESULT_LEN_MAX = 1024,
};

/* Splits line in place; argv[0] is left to the program's name. Returns argc. */
static int split_order(char *line, char *argv[ORDER_WORDS_MAX])
{
	static char program_name[] = "agent-load";
	char *rest = NULL;
	int argc = 0;

	argv[argc++] = program_name;
	for (char *word = strtok_r(line, " \n", &rest); word != NULL && argc < ORDER_WORDS_MAX - 1;
	     word = strtok_r(NULL, " \n", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

struct player {
	const char *socket_path;
	bool counts_container;
	FILE *director;
	char *line;
	size_t line_capacity;
};

static bool player_hear(struct player *player)
{
	fflush(player->director);
	return getline(&player->line, &player->line_capacity, player->director) > 0;
}

/* 0 after the result has been said, else it has not. */
static int player_play(struct player *player, struct load_job *job)
{
	struct load_result result;
	struct byte_buf answer;
	int err;

	fputs("warm\n", player->director);
	if (!player_hear(player) || strcmp(player->line, "go\n") != 0)
		return -EBADMSG;
	err = load_job_measure(job, &result);
	if (err != 0)
		return err;
	byte_buf_init(&answer, RESULT_LEN_MAX);
	load_job_print(job, &result, &answer);
	err = byte_buf_status(&answer);
	if (err == 0)
		fprintf(player->director, "%.*s\n", (int)answer.len, (const char *)answer.data);
	byte_buf_deinit(&answer);
	return err;
}

static int player_obey(struct player *player)
{
	char *argv[ORDER_WORDS_MAX];
	char *order = strdup(player->line); /* options point into it, while line is read anew */
	struct load_options options;
	struct load_job job;
	int err = -ENOMEM;

	if (order == NULL)
		return err;
	err = load_options_parse(split_order(order, argv), argv, &options);
	if (err == 0) {
		options.counts_container = player->counts_container;
		err = load_job_init(&job, &options, player->socket_path);
	}
	if (err == 0) {
		err = player_play(player, &job);
		load_job_deinit(&job);
	}
	free(order);
	return err;
}

int player_run(const struct load_options *options, const char *socket_path)
{
	struct player player = {.socket_path = socket_path,
				.counts_container = options->counts_container};
	int fd = -1;
	int err = tcp_address_connect(options->director, &fd);

	if (err == 0) {
		player.director = fdopen(fd, "r+");
		err = player.director == NULL ? -ENOMEM : 0;
	}
	if (err != 0) {
		fprintf(stderr, "agent-load: cannot reach the director at %s: %s\n",
			options->director, strerror(-err));
		return err;
	}
	fprintf(player.director, "hello %s\n", options->name);
	while (player_hear(&player)) {
		if (player_obey(&player) != 0)
			fputs("failed\n", player.director);
	}
	free(player.line);
	fclose(player.director);
	return 0;
}
