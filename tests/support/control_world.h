/*
 * control_world.h - a front without peers, for the verbs of the control socket: two ids, "one" and "two",
 * the secret "npmrc", and an audit log in the file "audit.log" of the workspace.
 */
#ifndef TESTS_SUPPORT_CONTROL_WORLD_H
#define TESTS_SUPPORT_CONTROL_WORLD_H

#include <signal.h>

#include "agentd/control_verb.h"
#include "agentd/front.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { WORLD_PORT = 4711, ANSWER_LEN_MAX = 8192 };

static struct front front;
static uv_loop_t loop;
static struct audit audit;
static char answer[ANSWER_LEN_MAX];

static inline void add_secret(const char *name)
{
	char reason[SECRET_SET_REASON_MAX];
	struct secret_spec spec = {.name = name, .env = "HOME"};

	ck_assert_int_eq(secret_set_add(&front.secrets, &spec, reason), 0);
}

static inline void setup(void)
{
	said_begin();
	signal(SIGPIPE, SIG_IGN);
	workspace_run("rm -rf audit.log secret.revoked*");
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	front = (struct front){.loop = &loop, .limits = limits_default, .port_hint = WORLD_PORT};
	ck_assert_int_eq(secret_generate(&front.access.secret), 0);
	ck_assert_int_eq(front_init(&front), 0);
	ck_assert_int_eq(source_add_agent(&front.sources, "one=agent.sock"), 0);
	ck_assert_int_eq(source_add_agent(&front.sources, "two=agent.sock"), 0);
	add_secret("npmrc");
	ck_assert_int_eq(audit_open(&audit, "audit.log", AUDIT_BEST_EFFORT), 0);
	audit_start(&audit, &loop);
	front.relays.audit = &audit;
}

static inline void teardown(void)
{
	front_close_connections(&front);
	audit_close(&audit);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	audit_deinit(&audit);
	front_deinit(&front);
}

/* Has a verb run with these words; what it answers is in answer, without its line feed. */
static inline void ask(control_verb verb, const char *words)
{
	struct byte_buf text;
	char *copy = words != NULL ? strdup(words) : NULL;

	byte_buf_init(&text, sizeof(answer) - 1);
	verb(&front, copy, &text);
	ck_assert_int_eq(byte_buf_status(&text), 0);
	ck_assert_uint_gt(text.len, 0);
	ck_assert_int_eq(text.data[text.len - 1], '\n');
	memcpy(answer, text.data, text.len - 1);
	answer[text.len - 1] = '\0';
	byte_buf_deinit(&text);
	free(copy);
}

/* How many lines of the audit log have this text, once all of them are written. */
static inline unsigned records_with(const char *text)
{
	char command[256];
	FILE *count;
	unsigned lines;

	uv_run(&loop, UV_RUN_DEFAULT);
	snprintf(command, sizeof(command), "grep -cF '%s' audit.log", text);
	count = popen(command, "r"); /* NOLINT(cert-env33-c): the commands are the tests' */
	ck_assert_ptr_nonnull(count);
	ck_assert_int_eq(fscanf(count, "%u", &lines), 1);
	pclose(count);
	return lines;
}

#endif
