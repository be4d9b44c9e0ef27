#include "agentd/confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "agentd/askpass_environment.h"
#include "agentd/audit_event.h"
#include "common/log.h"

/* Of the prompts that may wait, a build gets one in so many: others have theirs left. */
enum { CONFIRM_SHARES = 4, ANSWER_MAX = 16 };

enum prompt_state {
	PROMPT_WAITING, /* for others to be answered */
	PROMPT_OPEN,	/* the program runs */
	PROMPT_OVER,	/* answered, or given up */
};

struct prompt {
	struct confirm *confirm;
	const struct grant *grant; /* of those that ask: not looked at once there are none */
	bool is_shared;		   /* others may join */
	char text[CONFIRM_TEXT_MAX];
	LIST_HEAD(, confirm_asker) askers;
	unsigned asker_count;	   /* that have been, also those that withdrew */
	TAILQ_ENTRY(prompt) entry; /* until it is over */
	enum prompt_state state;
	uv_process_t process;
	uv_timer_t timer;
	bool is_running;
	int answer_fd;
	int open_handles;
};

static const char wearisome[] = "too many signatures of this build were not confirmed in the last "
				"minutes (confirm-refusals)";

static void confirm_open_next(struct confirm *confirm);

const char *confirm_program(void)
{
	const char *program = getenv("SSH_ASKPASS");

	return program != NULL && program[0] != '\0' ? program : NULL;
}

void confirm_init(struct confirm *confirm, uv_loop_t *loop, const struct limits *limits)
{
	*confirm = (struct confirm){.loop = loop, .limits = limits, .program = confirm_program()};
	TAILQ_INIT(&confirm->prompts);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct prompt *prompt = handle->data;

	if (--prompt->open_handles > 0)
		return;
	if (prompt->answer_fd >= 0)
		close(prompt->answer_fd);
	free(prompt);
}

/* Its own process group: with what it has started itself. It is not reaped yet, so the number is its own. */
static void prompt_kill(struct prompt *prompt)
{
	if (prompt->is_running)
		kill(-prompt->process.pid, SIGKILL);
}

/* Of prompts that nobody waits for any more there is no line. */
static void prompt_record(const struct prompt *prompt, const char *answer, const char *refusal)
{
	const struct confirm_asker *first = LIST_FIRST(&prompt->askers);
	const struct confirm_asker *asker;
	unsigned count = 0;

	LIST_FOREACH(asker, &prompt->askers, entry)
		count++;
	if (first != NULL)
		audit_confirmation(prompt->confirm->audit, first->record, answer, refusal, count);
}

static bool is_wearisome(const struct confirm *confirm, const struct grant *grant)
{
	return refusal_tally_count(&confirm->refusals, grant, uv_now(confirm->loop)) >=
	       confirm->limits->confirm_refusals;
}

/* Somebody was bothered for nothing. */
static void count_refusal(const struct prompt *prompt)
{
	struct confirm *confirm = prompt->confirm;

	if (refusal_tally_add(&confirm->refusals, prompt->grant, uv_now(confirm->loop)) ==
	    confirm->limits->confirm_refusals)
		log_warn("peer=%s token=%s: %u signatures were not confirmed: for some minutes "
			 "nobody is "
			 "asked about more of this build (confirm-refusals)",
			 prompt->grant->peer, grant_name(prompt->grant),
			 confirm->limits->confirm_refusals);
}

static void count_answer(const struct prompt *prompt, const char *answer)
{
	if (strcmp(answer, "yes") == 0)
		refusal_tally_forget(&prompt->confirm->refusals, prompt->grant);
	else if (prompt->state == PROMPT_OPEN && strcmp(answer, "none") != 0)
		count_refusal(prompt);
}

/*
 * The one way to the end: whoever waits hears of it, and the next prompt may open. answer, and refusal as
 * reason: of audit_confirmation.
 */
static void prompt_settle(struct prompt *prompt, const char *answer, const char *refusal)
{
	struct confirm *confirm = prompt->confirm;
	struct confirm_asker *asker;

	if (prompt->state == PROMPT_OVER)
		return;
	count_answer(prompt, answer);
	TAILQ_REMOVE(&confirm->prompts, prompt, entry);
	if (prompt->state == PROMPT_OPEN)
		confirm->open_count--;
	else
		confirm->waiting_count--;
	prompt->state = PROMPT_OVER;
	prompt_kill(prompt);
	prompt_record(prompt, answer, refusal);
	uv_close((uv_handle_t *)&prompt->timer, on_handle_closed);
	/* One by one: an answer may end others that wait. */
	while ((asker = LIST_FIRST(&prompt->askers)) != NULL) {
		LIST_REMOVE(asker, entry);
		asker->prompt = NULL;
		asker->on_answered(asker, refusal);
	}
	confirm_open_next(confirm);
}

static void on_late(uv_timer_t *timer)
{
	struct prompt *prompt = timer->data;

	prompt_settle(prompt, "time-out",
		      prompt->state == PROMPT_OPEN
			      ? "nobody confirmed it in time (confirm-seconds)"
			      : "it was not confirmed in time: others waited before it");
}

/* Old programs, which do not know that they are to confirm, print what was typed (ssh-agent does so). */
static bool is_yes(int fd)
{
	char answer[ANSWER_MAX];
	ssize_t got = read(fd, answer, sizeof(answer) - 1);

	if (got < 0)
		return errno == EAGAIN;
	answer[got] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	return answer[0] == '\0' || strcasecmp(answer, "yes") == 0;
}

static void on_exited(uv_process_t *process, int64_t exit_status, int signum)
{
	struct prompt *prompt = process->data;
	const char *refusal = NULL;
	const char *answer = "none";

	prompt->is_running = false;
	if (prompt->state == PROMPT_OVER)
		goto out;
	if (signum != 0) {
		refusal = "the program of SSH_ASKPASS crashed, or was killed";
	} else if (exit_status == 126 || exit_status == 127) {
		refusal = "the program of SSH_ASKPASS did not run";
	} else {
		answer = exit_status == 0 && is_yes(prompt->answer_fd) ? "yes" : "no";
	}
	if (strcmp(answer, "no") == 0)
		refusal = "whoever was asked to confirm it said no";
	prompt_settle(prompt, answer, refusal);
out:
	uv_close((uv_handle_t *)process, on_handle_closed);
}

static int prompt_spawn(struct prompt *prompt, char **environment, int write_fd)
{
	char *program = (char *)(uintptr_t)prompt->confirm->program;
	char *args[] = {program, prompt->text, NULL};
	uv_stdio_container_t stdio[] = {
		{.flags = UV_IGNORE},
		{.flags = UV_INHERIT_FD, .data.fd = write_fd},
		{.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
	};
	uv_process_options_t options = {
		.exit_cb = on_exited,
		.file = program,
		.args = args,
		.env = environment,
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = sizeof(stdio) / sizeof(stdio[0]),
	};
	int err;

	prompt->process.data = prompt;
	err = uv_spawn(prompt->confirm->loop, &prompt->process, &options);
	prompt->open_handles++;
	prompt->is_running = err == 0;
	if (err != 0)
		uv_close((uv_handle_t *)&prompt->process, on_handle_closed);
	return err;
}

/* NULL: the program runs; else why not. */
static const char *prompt_open(struct prompt *prompt)
{
	struct confirm *confirm = prompt->confirm;
	char **environment = askpass_environment_new();
	int ends[2] = {-1, -1};
	int err = environment != NULL ? 0 : -ENOMEM;

	confirm->waiting_count--;
	confirm->open_count++;
	prompt->state = PROMPT_OPEN;
	if (err == 0 && (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0))
		err = -errno;
	if (err == 0) {
		prompt->answer_fd = ends[0];
		err = prompt_spawn(prompt, environment, ends[1]);
		close(ends[1]);
	}
	askpass_environment_free(environment);
	if (err != 0) {
		log_error("nobody can be asked to confirm: SSH_ASKPASS=%s does not run: %s",
			  confirm->program, uv_strerror(err));
		return "the program of SSH_ASKPASS did not run";
	}
	uv_timer_start(&prompt->timer, on_late, (uint64_t)confirm->limits->confirm_seconds * 1000,
		       0);
	return NULL;
}

static unsigned count_of_build(const struct confirm *confirm, const struct grant *grant,
			       enum prompt_state state)
{
	const struct prompt *prompt;
	unsigned count = 0;

	TAILQ_FOREACH(prompt, &confirm->prompts, entry)
		count += prompt->state == state && grant_is_same_build(prompt->grant, grant);
	return count;
}

/* The first that waits of those whose build is asked about least. */
static struct prompt *next_waiting(struct confirm *confirm)
{
	struct prompt *prompt;
	struct prompt *best = NULL;
	unsigned best_count = 0;

	TAILQ_FOREACH(prompt, &confirm->prompts, entry) {
		unsigned count;

		if (prompt->state != PROMPT_WAITING)
			continue;
		count = count_of_build(confirm, prompt->grant, PROMPT_OPEN);
		if (best != NULL && count >= best_count)
			continue;
		best = prompt;
		best_count = count;
	}
	return best;
}

static void confirm_open_next(struct confirm *confirm)
{
	while (confirm->open_count < confirm->limits->confirm_prompts &&
	       confirm->waiting_count > 0 && !confirm->is_ending) {
		struct prompt *prompt = next_waiting(confirm);
		const char *fault =
			is_wearisome(confirm, prompt->grant) ? wearisome : prompt_open(prompt);

		if (fault != NULL)
			prompt_settle(prompt, "none", fault);
	}
}

static struct prompt *find_shared(const struct confirm *confirm, const struct grant *grant,
				  const char *text)
{
	struct prompt *prompt;

	TAILQ_FOREACH(prompt, &confirm->prompts, entry) {
		if (prompt->is_shared && prompt->grant == grant &&
		    prompt->asker_count < confirm->limits->confirm_logins &&
		    strcmp(prompt->text, text) == 0)
			return prompt;
	}
	return NULL;
}

static struct prompt *prompt_new(struct confirm *confirm, const struct grant *grant,
				 const char *text)
{
	struct prompt *prompt = calloc(1, sizeof(*prompt));

	if (prompt == NULL)
		return NULL;
	prompt->confirm = confirm;
	prompt->grant = grant;
	prompt->answer_fd = -1;
	memcpy(prompt->text, text, sizeof(prompt->text));
	uv_timer_init(confirm->loop, &prompt->timer);
	prompt->timer.data = prompt;
	prompt->open_handles = 1;
	TAILQ_INSERT_TAIL(&confirm->prompts, prompt, entry);
	confirm->waiting_count++;
	return prompt;
}

/* NULL if there is room for one more prompt of the build. */
static const char *check_room(const struct confirm *confirm, const struct grant *grant)
{
	unsigned max = confirm->limits->confirm_queue;
	unsigned share = (max + CONFIRM_SHARES - 1) / CONFIRM_SHARES;

	if (is_wearisome(confirm, grant))
		return wearisome;
	if (confirm->open_count < confirm->limits->confirm_prompts)
		return NULL;
	if (confirm->waiting_count >= max)
		return "too many signatures wait to be confirmed (confirm-queue)";
	if (count_of_build(confirm, grant, PROMPT_WAITING) >= share)
		return "too many signatures of this build wait to be confirmed (confirm-queue)";
	return NULL;
}

const char *confirm_ask(struct confirm *confirm, struct confirm_asker *asker,
			const struct record *record)
{
	struct prompt *prompt;
	const char *fault;
	char text[CONFIRM_TEXT_MAX] = {0};

	if (confirm->is_ending)
		return "the daemon ends";
	if (confirm->program == NULL)
		return "it is to be confirmed, and nobody can be asked: SSH_ASKPASS is not set";
	confirm_text(record, text);
	prompt = find_shared(confirm, record->grant, text);
	if (prompt == NULL) {
		fault = check_room(confirm, record->grant);
		if (fault != NULL)
			return fault;
		prompt = prompt_new(confirm, record->grant, text);
		if (prompt == NULL)
			return "out of memory";
		/* What is in a file, no prompt can show: each is asked for. */
		prompt->is_shared = record->decision.kind == GATE_SIGN;
		fault = NULL;
		if (confirm->open_count < confirm->limits->confirm_prompts)
			fault = prompt_open(prompt);
		else
			uv_timer_start(&prompt->timer, on_late,
				       (uint64_t)confirm->limits->confirm_seconds * 1000, 0);
		if (fault != NULL) {
			prompt_settle(prompt, "none", fault);
			return fault;
		}
	}
	asker->prompt = prompt;
	asker->record = record;
	prompt->asker_count++;
	LIST_INSERT_HEAD(&prompt->askers, asker, entry);
	return NULL;
}

void confirm_withdraw(struct confirm_asker *asker)
{
	struct prompt *prompt = asker->prompt;

	if (prompt == NULL)
		return;
	LIST_REMOVE(asker, entry);
	asker->prompt = NULL;
	if (!LIST_EMPTY(&prompt->askers))
		return;
	if (prompt->state == PROMPT_OPEN && !prompt->confirm->is_ending)
		count_refusal(prompt); /* else it could be shown, and taken away, on and on */
	prompt_settle(prompt, "none", NULL);
}

void confirm_end(struct confirm *confirm)
{
	struct prompt *prompt;

	confirm->is_ending = true;
	while ((prompt = TAILQ_FIRST(&confirm->prompts)) != NULL)
		prompt_settle(prompt, "none", "the daemon ends");
}
