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

static void player_obey(char *line, const struct load_options *own, const char *socket_path,
			FILE *director)
{
	char *argv[ORDER_WORDS_MAX];
	struct load_options order;
	struct load_result result;
	struct byte_buf answer;

	byte_buf_init(&answer, RESULT_LEN_MAX);
	if (load_options_parse(split_order(line, argv), argv, &order) != 0)
		goto failed;
	order.counts_container = own->counts_container;
	if (load_job_run(&order, socket_path, &result) != 0)
		goto failed;
	load_job_print(&order, &result, &answer);
	byte_buf_put_u8(&answer, '\0');
	if (byte_buf_status(&answer) != 0)
		goto failed;
	fprintf(director, "%s\n", (const char *)answer.data);
	byte_buf_deinit(&answer);
	return;
failed:
	fprintf(director, "failed\n");
	byte_buf_deinit(&answer);
}

int player_run(const struct load_options *options, const char *socket_path)
{
	FILE *director = NULL;
	char *line = NULL;
	size_t line_capacity = 0;
	int fd;
	int err = tcp_address_connect(options->director, &fd);

	if (err == 0) {
		director = fdopen(fd, "r+");
		err = director == NULL ? -ENOMEM : 0;
	}
	if (err != 0) {
		fprintf(stderr, "agent-load: cannot reach the director at %s: %s\n",
			options->director, strerror(-err));
		return err;
	}
	fprintf(director, "hello %s\n", options->name);
	fflush(director);
	while (getline(&line, &line_capacity, director) > 0) {
		player_obey(line, options, socket_path, director);
		fflush(director);
	}
	free(line);
	fclose(director);
	return 0;
}
