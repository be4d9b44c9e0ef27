#include "tests/fuzz/fake_askpass.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "tests/fuzz/fuzz.h"

enum { PROGRAMS_MAX = 16, AGREED_MAX = 512, FIRST_PID = 1 << 30 };

struct program {
	uv_process_t *process; /* NULL: none */
	uv_exit_cb on_exited;
	char *question;
	int answer_fd;
	int pid;
	bool has_ended;
	int status;
	int signum;
};

static struct program programs[PROGRAMS_MAX];
static char *agreed[AGREED_MAX];
static unsigned agreed_count;
static int next_pid;
static bool is_broken_now;
static const char *secret_text;

void fake_askpass_reset(const char *secret)
{
	FUZZ_CHECK(fake_askpass_running() == 0);
	while (agreed_count > 0)
		free(agreed[--agreed_count]);
	next_pid = FIRST_PID;
	is_broken_now = false;
	secret_text = secret;
}

void fake_askpass_break(bool is_broken)
{
	is_broken_now = is_broken;
}

unsigned fake_askpass_running(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < PROGRAMS_MAX; i++)
		count += programs[i].process != NULL;
	return count;
}

unsigned fake_askpass_shown(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < PROGRAMS_MAX; i++)
		count += programs[i].process != NULL && !programs[i].has_ended;
	return count;
}

unsigned fake_askpass_agreed(const char *words)
{
	unsigned count = 0;

	for (unsigned i = 0; i < agreed_count; i++)
		count += words == NULL || strstr(agreed[i], words) != NULL;
	return count;
}

/* A window shows it as it is. */
static void check_question(const char *question, char **environment)
{
	for (const char *at = question; *at != '\0'; at++)
		FUZZ_CHECK(*at == '\n' || ((uint8_t)*at >= 0x20 && (uint8_t)*at < 0x7f));
	FUZZ_CHECK(strstr(question, secret_text) == NULL);
	for (; *environment != NULL; environment++)
		FUZZ_CHECK(strstr(*environment, secret_text) == NULL);
}

/* The handle is that of an idle one which never runs: it is smaller, and can be closed. */
int uv_spawn(uv_loop_t *loop, uv_process_t *process, const uv_process_options_t *options)
{
	struct program *program = programs;

	_Static_assert(sizeof(uv_idle_t) <= sizeof(uv_process_t), "there is room for it");
	uv_idle_init(loop, (uv_idle_t *)process);
	check_question(options->args[1], options->env);
	if (is_broken_now)
		return UV_ENOENT;
	while (program->process != NULL)
		FUZZ_CHECK(++program < programs + PROGRAMS_MAX);
	process->pid = next_pid++;
	*program = (struct program){
		.process = process,
		.on_exited = options->exit_cb,
		.question = strdup(options->args[1]),
		.answer_fd = fcntl(options->stdio[1].data.fd, F_DUPFD_CLOEXEC, 0),
		.pid = process->pid,
	};
	FUZZ_CHECK(program->question != NULL && program->answer_fd >= 0);
	return 0;
}

static void end(struct program *program, int status, int signum)
{
	program->has_ended = true;
	program->status = status;
	program->signum = signum;
}

int kill(pid_t pid, int signum)
{
	struct program *program = programs;

	if (pid > -FIRST_PID && pid < FIRST_PID)
		return (int)syscall(SYS_kill, pid, signum);
	while (program < programs + PROGRAMS_MAX &&
	       (program->process == NULL || program->pid != -pid))
		program++;
	/* The whole group, of one that is not reaped. */
	FUZZ_CHECK(program < programs + PROGRAMS_MAX);
	if (!program->has_ended)
		end(program, 0, signum);
	return 0;
}

static void agree(const struct program *program)
{
	FUZZ_CHECK(agreed_count < AGREED_MAX);
	agreed[agreed_count] = strdup(program->question);
	FUZZ_CHECK(agreed[agreed_count++] != NULL);
}

static void say(const struct program *program, const char *word)
{
	FUZZ_CHECK(write(program->answer_fd, word, strlen(word)) == (ssize_t)strlen(word));
}

void fake_askpass_answer(unsigned which, enum askpass_answer answer)
{
	struct program *program = &programs[which % PROGRAMS_MAX];

	if (program->process == NULL || program->has_ended)
		return;
	if (answer == ASKPASS_YES || answer == ASKPASS_YES_IN_A_WORD)
		agree(program);
	if (answer == ASKPASS_YES_IN_A_WORD)
		say(program, "Yes\n");
	else if (answer == ASKPASS_NO_IN_A_WORD)
		say(program, "yes, but no\n");
	if (answer == ASKPASS_CRASH)
		end(program, 0, SIGSEGV);
	else
		end(program, answer == ASKPASS_NO ? 1 : answer == ASKPASS_CANNOT_RUN ? 127 : 0, 0);
}

void fake_askpass_turn(void)
{
	for (size_t i = 0; i < PROGRAMS_MAX; i++) {
		struct program over = programs[i];

		if (over.process == NULL || !over.has_ended)
			continue;
		programs[i] = (struct program){0};
		close(over.answer_fd);
		free(over.question);
		over.on_exited(over.process, over.status, over.signum);
	}
}
