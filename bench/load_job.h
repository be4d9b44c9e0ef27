/*
 * load_job.h - one measurement from start to end: options in, figures out.
 */
#ifndef BENCH_LOAD_JOB_H
#define BENCH_LOAD_JOB_H

#include <stdint.h>

#include "bench/load.h"
#include "bench/load_options.h"

struct load_job {
	const struct load_options *options;
	const char *socket_path;
	struct load_request request;
	struct byte_buf greeting;
	struct load load;
	char key_type[64]; /* "-" for a list */
};

struct load_result {
	uint64_t wall_ns; /* from the first measured request to the last reply */
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
	uint64_t finished_ns; /* the moment of the last reply, of CLOCK_MONOTONIC */
	uint64_t cpu_ns;      /* meanwhile: ours, or with --count-container that of all in sight */
};

/*
 * All that comes before measuring: chooses the key, connects, warms up, which verifies signatures. options and socket_path
 * stay the caller's and must outlive job. 0, or negative errno after one line on stderr that says
 * what failed; a failed job needs no load_job_deinit.
 */
int load_job_init(struct load_job *job, const struct load_options *options,
		  const char *socket_path);
void load_job_deinit(struct load_job *job);

/* Once. 0, or negative errno after one line on stderr. */
int load_job_measure(struct load_job *job, struct load_result *result);

/* Appends the result to *line, as JSON or as words `key=value`, without a newline. */
void load_job_print(const struct load_job *job, const struct load_result *result,
		    struct byte_buf *line);

#endif
