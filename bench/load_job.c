#include "bench/load_job.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/command_load.h"
#include "bench/cpu_time.h"
#include "bench/session_bind.h"
#include "common/frame.h"

static const char *load_job_reason(int err)
{
	switch (err) {
	case -EPERM:
		return "the agent refused (SSH_AGENT_FAILURE)";
	case -EBADMSG:
		return "the agent's reply is malformed or not the one asked for";
	case -EKEYREJECTED:
		return "the agent's signature is not one of the data by the key";
	case -ECANCELED:
		return "the command did not end well";
	case -ENOTSUP:
		return "signatures of this kind of key cannot be verified";
	case -ECONNRESET:
		return "the agent closed the connection before its reply";
	case -ETIMEDOUT:
		return "the agent does not reply";
	case -ENOKEY:
		return "the agent has no such key";
	case -EMSGSIZE:
		return "no login is of that --data-len, or the agent's reply is too long";
	default:
		return strerror(-err);
	}
}

static void load_job_report(const struct load_job *job, int err)
{
	fprintf(stderr, "agent-load: %s: %s\n",
		job->options->op == LOAD_OP_COMMAND ? job->options->command : job->socket_path,
		load_job_reason(err));
}

/* The type goes into a line of words: a stranger's bytes must not add any. */
static void copy_key_type(struct byte_view key_blob, char *out, size_t out_len)
{
	struct reader r = reader_of(key_blob);
	struct byte_view type = reader_string(&r);
	size_t len = type.len < out_len - 1 ? type.len : out_len - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = isalnum(type.ptr[i]) || strchr("-@.", type.ptr[i]) != NULL
				 ? (char)type.ptr[i]
				 : '?';
	out[len] = '\0';
}

static int load_job_make_request(struct load_job *job)
{
	const struct load_options *options = job->options;
	struct byte_buf key_blob;
	int err;

	if (options->op == LOAD_OP_LIST) {
		return load_request_list(&job->request, options->identities);
	}
	byte_buf_init(&key_blob, FRAME_BODY_MAX);
	err = agent_choose_key(job->socket_path, options->key, &key_blob);
	if (err == 0) {
		copy_key_type(byte_buf_view(&key_blob), job->key_type, sizeof(job->key_type));
		err = load_request_sign(&job->request, byte_buf_view(&key_blob), options->data_len);
	}
	if (err == 0 && options->binds) {
		load_request_stay_in_session(&job->request);
		err = session_bind_append(&job->greeting, load_request_session_id());
	}
	byte_buf_deinit(&key_blob);
	return err;
}

static int load_job_run(struct load_job *job, size_t requests, struct latency *latency)
{
	if (job->options->op == LOAD_OP_COMMAND)
		return command_load_run(job->options->command, requests, latency);
	return load_run(&job->load, requests, latency);
}

static void load_job_free_request(struct load_job *job)
{
	if (job->options->op != LOAD_OP_COMMAND)
		load_request_deinit(&job->request);
	byte_buf_deinit(&job->greeting);
}

static int load_job_prepare(struct load_job *job)
{
	const struct load_options *options = job->options;
	int err;

	byte_buf_init(&job->greeting, FRAME_LEN_MAX);
	strcpy(job->key_type, "-");
	if (options->op == LOAD_OP_COMMAND)
		return 0;
	err = load_job_make_request(job);
	if (err == 0)
		err = load_init(&job->load, job->socket_path, &job->request, options->connections,
				options->is_reconnecting, byte_buf_view(&job->greeting));
	return err;
}

int load_job_init(struct load_job *job, const struct load_options *options, const char *socket_path)
{
	int err;

	*job = (struct load_job){.options = options, .socket_path = socket_path};
	err = load_job_prepare(job);
	if (err != 0) {
		load_job_free_request(job);
		load_job_report(job, err);
		return err;
	}
	err = load_job_run(job, options->warmup, NULL);
	if (err != 0) {
		load_job_deinit(job);
		load_job_report(job, err);
	}
	return err;
}

void load_job_deinit(struct load_job *job)
{
	if (job->options->op != LOAD_OP_COMMAND)
		load_deinit(&job->load);
	load_job_free_request(job);
}

static int load_job_cpu_ns(const struct load_job *job, uint64_t *ns)
{
	if (job->options->counts_container)
		return cpu_time_of_visible(ns);
	return cpu_time_of_process(getpid(), ns);
}

static int load_job_run_timed(struct load_job *job, struct latency *latency,
			      struct load_result *result)
{
	uint64_t cpu_before_ns;
	uint64_t cpu_after_ns;
	uint64_t started_ns;
	int err = load_job_cpu_ns(job, &cpu_before_ns);

	if (err != 0)
		return err;
	started_ns = load_now_ns();
	err = load_job_run(job, job->options->requests, latency);
	result->finished_ns = load_now_ns();
	result->wall_ns = result->finished_ns - started_ns;
	if (err == 0)
		err = load_job_cpu_ns(job, &cpu_after_ns);
	if (err == 0)
		result->cpu_ns = cpu_after_ns - cpu_before_ns;
	return err;
}

int load_job_measure(struct load_job *job, struct load_result *result)
{
	struct load_result measured = {0};
	struct latency latency = {0};
	int err = latency_init(&latency, job->options->requests);

	if (err == 0)
		err = load_job_run_timed(job, &latency, &measured);
	if (err == 0) {
		latency_sort(&latency);
		measured.p50_ns = latency_percentile_ns(&latency, 50);
		measured.p99_ns = latency_percentile_ns(&latency, 99);
		measured.max_ns = latency_percentile_ns(&latency, 100);
		*result = measured;
	} else {
		load_job_report(job, err);
	}
	latency_deinit(&latency);
	return err;
}

void load_job_print(const struct load_job *job, const struct load_result *result,
		    struct byte_buf *line)
{
	const struct load_options *options = job->options;
	static const char *const ops[] = {"list", "sign", "command"};
	double rate_per_s = (double)options->requests * 1e9 / (double)result->wall_ns;
	double p50_us = (double)result->p50_ns / 1e3;
	double p99_us = (double)result->p99_ns / 1e3;
	double max_us = (double)result->max_ns / 1e3;
	double cpu_us = (double)result->cpu_ns / 1e3;

	if (options->is_json)
		byte_buf_printf(
			line,
			"{\"op\":\"%s\",\"key\":\"%s\",\"connections\":%zu,\"requests\":%zu,"
			"\"rate_per_s\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,"
			"\"cpu_us\":%.1f}",
			ops[options->op], job->key_type, options->connections, options->requests,
			rate_per_s, p50_us, p99_us, max_us, cpu_us);
	else
		byte_buf_printf(line,
				"op=%s key=%s connections=%zu requests=%zu rate_per_s=%.1f "
				"p50_us=%.1f p99_us=%.1f max_us=%.1f cpu_us=%.1f "
				"finished_ns=%" PRIu64,
				ops[options->op], job->key_type, options->connections,
				options->requests, rate_per_s, p50_us, p99_us, max_us, cpu_us,
				result->finished_ns);
}
