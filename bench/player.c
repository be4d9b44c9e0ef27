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

struct turn;

struct player {
	const char *socket_path;
	const struct load_options *options; /* our own, not an order's */
	struct turn *kept;		    /* NULL: none */
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

/* What an order leaves behind that wants its connections kept. */
struct turn {
	char *order; /* the options point into it */
	struct load_options options;
	struct load_job job;
};

static void player_let_go(struct player *player)
{
	if (player->kept == NULL)
		return;
	load_job_deinit(&player->kept->job);
	free(player->kept->order);
	free(player->kept);
	player->kept = NULL;
}

static int turn_begin(struct turn *turn, const struct player *player)
{
	char *argv[ORDER_WORDS_MAX];
	int err = load_options_parse(split_order(turn->order, argv), argv, &turn->options);

	if (err != 0)
		return err;
	turn->options.counts_container = player->options->counts_container;
	turn->options.command = player->options->command;
	if (turn->options.op == LOAD_OP_COMMAND && turn->options.command == NULL) {
		fputs("agent-load: asked to run a command, and has none (--command)\n", stderr);
		return -EINVAL;
	}
	return load_job_init(&turn->job, &turn->options, player->socket_path);
}

static int player_obey(struct player *player)
{
	struct turn *turn = calloc(1, sizeof(*turn));
	int err = -ENOMEM;

	player_let_go(player);
	if (turn == NULL)
		return err;
	turn->order = strdup(player->line); /* line is read anew meanwhile */
	if (turn->order != NULL)
		err = turn_begin(turn, player);
	if (err != 0)
		goto out;
	err = player_play(player, &turn->job);
	if (err == 0 && turn->options.keeps) {
		player->kept = turn;
		return 0;
	}
	load_job_deinit(&turn->job);
out:
	free(turn->order);
	free(turn);
	return err;
}

int player_run(const struct load_options *options, const char *socket_path)
{
	struct player player = {.socket_path = socket_path, .options = options};
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
	player_let_go(&player);
	free(player.line);
	fclose(player.director);
	return 0;
}
