/*
 * spawn_cost - what it costs to run one program in the place of another: both in turns, so that
 * whatever else the machine does falls on both.
 *
 * usage: spawn_cost ROUNDS PROGRAM OTHER ARG...
 *
 * Each runs as ARG..., the first of which is its argv[0]. Prints milliseconds, wall clock: median of
 * PROGRAM, of OTHER, and median and quartiles of the differences within a round.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "common/number.h"

enum { ROUNDS_MAX = 1000000 };

struct figures {
	double *program_ms;
	double *other_ms;
	double *difference_ms;
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double run(const char *program, char **argv)
{
	double start = now_ms();
	pid_t pid;
	int status = 0;
	int err = posix_spawn(&pid, program, NULL, NULL, argv, environ);

	if (err == 0 && waitpid(pid, &status, 0) < 0)
		err = errno;
	if (err != 0 || status != 0) {
		fprintf(stderr, "spawn_cost: %s: %s\n", program,
			err != 0 ? strerror(err) : "it did not end with 0");
		exit(EXIT_FAILURE);
	}
	return now_ms() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(struct figures *figures, size_t rounds)
{
	qsort(figures->program_ms, rounds, sizeof(double), compare);
	qsort(figures->other_ms, rounds, sizeof(double), compare);
	qsort(figures->difference_ms, rounds, sizeof(double), compare);
	printf("program %.2f ms, other %.2f ms, difference %.2f ms (%.2f to %.2f)\n",
	       figures->program_ms[rounds / 2], figures->other_ms[rounds / 2],
	       figures->difference_ms[rounds / 2], figures->difference_ms[rounds / 4],
	       figures->difference_ms[rounds * 3 / 4]);
}

int main(int argc, char **argv)
{
	struct figures figures;
	unsigned long rounds;
	double *all;

	if (argc < 5 || number_parse(argv[1], 1, ROUNDS_MAX, &rounds) != 0) {
		fputs("usage: spawn_cost ROUNDS PROGRAM OTHER ARG...\n", stderr);
		return 2;
	}
	all = calloc(3 * rounds, sizeof(double));
	if (all == NULL)
		return EXIT_FAILURE;
	figures = (struct figures){all, all + rounds, all + 2 * rounds};
	for (size_t i = 0; i < rounds; i++) {
		figures.program_ms[i] = run(argv[2], argv + 4);
		figures.other_ms[i] = run(argv[3], argv + 4);
		figures.difference_ms[i] = figures.other_ms[i] - figures.program_ms[i];
	}
	report(&figures, rounds);
	free(all);
	return EXIT_SUCCESS;
}
