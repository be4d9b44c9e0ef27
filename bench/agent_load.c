/*
 * agent_load.c - a load generator for agents, small and static enough to run in any container.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/load_job.h"
#include "bench/player.h"
#include "bench/session_bind.h"

enum {
	EXIT_USAGE = 2,
	RESULT_LEN_MAX = 1024,
};

static int load_once(const struct load_options *options, const char *socket_path)
{
	struct load_result result;
	struct load_job job;
	struct byte_buf line;
	int err = load_job_init(&job, options, socket_path);

	if (err != 0)
		return err;
	err = load_job_measure(&job, &result);
	if (err == 0) {
		byte_buf_init(&line, RESULT_LEN_MAX);
		load_job_print(&job, &result, &line);
		printf("%.*s\n", (int)line.len, (const char *)line.data);
		byte_buf_deinit(&line);
	}
	load_job_deinit(&job);
	return err;
}

static int show_host_key(void)
{
	struct byte_buf line;
	int err;

	byte_buf_init(&line, RESULT_LEN_MAX);
	err = session_bind_host_key(&line);
	if (err == 0)
		printf("%.*s\n", (int)line.len, (const char *)line.data);
	byte_buf_deinit(&line);
	return err;
}

int main(int argc, char *argv[])
{
	const char *socket_path = getenv("SSH_AUTH_SOCK");
	struct load_options options;
	int err;

	if (load_options_parse(argc, argv, &options) != 0)
		return EXIT_USAGE;
	if (options.has_help) {
		fputs(load_options_usage, stdout);
		return EXIT_SUCCESS;
	}
	if (options.shows_host_key)
		return show_host_key() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	if (options.op == LOAD_OP_COMMAND && options.command == NULL) {
		fprintf(stderr, "agent-load: --op command needs --command\n");
		return EXIT_USAGE;
	}
	if (options.op != LOAD_OP_COMMAND && options.command != NULL && options.director == NULL) {
		fprintf(stderr, "agent-load: --command needs --op command\n");
		return EXIT_USAGE;
	}
	if (options.op == LOAD_OP_COMMAND || options.command != NULL)
		socket_path = socket_path == NULL ? "" : socket_path;
	else if (socket_path == NULL || *socket_path == '\0') {
		fprintf(stderr, "agent-load: SSH_AUTH_SOCK is not set: there is no agent to ask\n");
		return EXIT_USAGE;
	}
	err = options.director != NULL ? player_run(&options, socket_path)
				       : load_once(&options, socket_path);
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
