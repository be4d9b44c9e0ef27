/*
 * load_job.h - one measurement from start to end: options in, figures out.
 */
#ifndef BENCH_LOAD_JOB_H
#define BENCH_LOAD_JOB_H

#include <stdint.h>

#include "bench/load_options.h"

struct load_result {
	uint64_t wall_ns; /* from the first measured request to the last reply */
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
	uint64_t cpu_ns;   /* meanwhile: ours, or with --count-container that of all in sight */
	char key_type[64]; /* "-" for a list */
};

/*
 * Does what options ask for with the agent at socket_path. 0, or negative errno after one line
 * on stderr that says what failed.
 */
int load_job_run(const struct load_options *options, const char *socket_path,
		 struct load_result *result);

/* Appends the result to *line, as JSON or as words `key=value`, without a newline. */
void load_job_print(const struct load_options *options, const struct load_result *result,
		    struct byte_buf *line);

#endif
