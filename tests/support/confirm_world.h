/*
 * confirm_world.h - requests that are to be confirmed, each of another build, and a program that is asked.
 *
 * The program notes what it is asked in files of the workspace: "question", "environment", and "asked", a
 * line each time.
 */
#ifndef TESTS_SUPPORT_CONFIRM_WORLD_H
#define TESTS_SUPPORT_CONFIRM_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "agentd/confirm.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { PATIENCE_MS = 15000, ASKERS_MAX = 16 };

struct ask {
	struct confirm_asker asker;
	struct record record;
	struct grant grant;
	const char *refusal;
	unsigned answers;
};

static uv_loop_t loop;
static struct limits limits;
static struct confirm confirm;
static struct ask asks[ASKERS_MAX];
static size_t descriptors;

static inline void on_answered(struct confirm_asker *asker, const char *refusal)
{
	struct ask *ask = asker->owner;

	ask->refusal = refusal;
	ask->answers++;
}

/* A program that notes each question, its number and its environment, and then runs the lines. */
static inline void askpass_is(const char *lines)
{
	char script[1024];
	int len = snprintf(script, sizeof(script),
			   "#!/bin/sh\n"
			   "printf '%%s\\n' \"$1\" >>\"$HOME/question\"\n"
			   "env >\"$HOME/environment\"\n"
			   "echo $$ >>\"$HOME/asked\"\n"
			   "%s\n",
			   lines);

	workspace_write("askpass", (struct byte_view){(uint8_t *)script, (size_t)len});
	ck_assert_int_eq(chmod("askpass", 0700), 0);
}

static inline void start(void)
{
	confirm_init(&confirm, &loop, &limits);
}

static inline void setup(void)
{
	char path[128];

	said_begin();
	workspace_run("rm -f question environment asked go");
	workspace_run("touch question asked");
	snprintf(path, sizeof(path), "%s/askpass", workspace_path);
	setenv("SSH_ASKPASS", path, 1);
	setenv("HOME", workspace_path, 1);
	limits = limits_default;
	ck_assert_int_eq(uv_loop_init(&loop),
			 0); /* the first loop leaves a pipe for signals behind */
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	descriptors = open_descriptors();
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	memset(asks, 0, sizeof(asks));
	for (size_t i = 0; i < ASKERS_MAX; i++) {
		struct ask *ask = &asks[i];

		ask->asker = (struct confirm_asker){.on_answered = on_answered, .owner = ask};
		ask->record = (struct record){.id = "projecta", .grant = &ask->grant};
		ask->record.decision.kind = GATE_SIGN;
		ask->record.has_key = true;
		snprintf(ask->record.decision.login.user, 16, "git");
		snprintf(ask->grant.peer, sizeof(ask->grant.peer), "172.17.0.%zu:4711", i + 2);
	}
	start();
}

static inline void teardown(void)
{
	confirm_end(&confirm);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	ck_assert_uint_eq(confirm.open_count, 0);
	ck_assert_uint_eq(confirm.waiting_count, 0);
	ck_assert_uint_eq(open_descriptors(), descriptors);
}

static inline const char *begin(struct ask *ask)
{
	return confirm_ask(&confirm, &ask->asker, &ask->record);
}

static inline void on_patience_over(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("waited too long");
}

/* What the program did is seen in a file: the loop is to come round. */
static inline void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static inline unsigned lines_of(const char *path)
{
	struct byte_buf text;
	unsigned count = 0;

	byte_buf_init(&text, 65536);
	workspace_read(path, &text);
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	byte_buf_deinit(&text);
	return count;
}

static inline void turn_until(bool (*is_so)(unsigned), unsigned count)
{
	uv_timer_t patience;
	uv_timer_t tick;

	uv_timer_init(&loop, &patience);
	uv_timer_init(&loop, &tick);
	uv_timer_start(&patience, on_patience_over, PATIENCE_MS, 0);
	uv_timer_start(&tick, on_tick, 5, 5);
	while (!is_so(count))
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static inline bool are_answered(unsigned count)
{
	unsigned answered = 0;

	for (size_t i = 0; i < ASKERS_MAX; i++)
		answered += asks[i].answers;
	return answered >= count;
}

static inline bool are_asked(unsigned count)
{
	return lines_of("asked") >= count;
}

#endif
