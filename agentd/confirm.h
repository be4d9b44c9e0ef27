/*
 * confirm.h - asks someone at the host whether a signature may be made: the program of SSH_ASKPASS,
 * run as ssh-agent runs it for keys added with ssh-add -c.
 *
 * The program gets the question as its argument and SSH_ASKPASS_PROMPT=confirm in its environment;
 * yes is exit status 0 with nothing, or "yes", on its standard output. Of our own environment it
 * gets what a window needs and no more: keys and secrets may be in the rest.
 *
 * Logins of one link that differ in nothing a question could show share one prompt, and its answer, up to
 * limits.confirm_logins. Of different links each has its own; at most limits.confirm_prompts are open, a
 * bounded number more wait, and no build fills that queue alone. Of a build that was refused
 * limits.confirm_refusals times nobody is asked for a while.
 */
#ifndef AGENTD_CONFIRM_H
#define AGENTD_CONFIRM_H

#include <stdbool.h>
#include <sys/queue.h>
#include <uv.h>

#include "agentd/limits.h"
#include "agentd/record.h"
#include "agentd/refusal_tally.h"

enum { CONFIRM_TEXT_MAX = 2048 };

struct audit;
struct prompt;
TAILQ_HEAD(prompt_list, prompt);

/* Who asks, and the prompts there are; one for the daemon. */
struct confirm {
	uv_loop_t *loop;
	const struct limits *limits;
	const char *program; /* of SSH_ASKPASS; NULL: nobody can be asked */
	struct prompt_list prompts;
	unsigned open_count;
	unsigned waiting_count;
	struct audit *audit; /* of the answers; or NULL */
	struct refusal_tally refusals;
	bool is_ending;
};

/* One request that waits for an answer; embedded in whoever asks, zero but for the first two. */
struct confirm_asker {
	/* refusal: NULL for yes, else why not, a constant. Once; never from within confirm_ask. */
	void (*on_answered)(struct confirm_asker *asker, const char *refusal);
	void *owner;
	struct prompt *prompt; /* NULL: nothing is asked */
	const struct record *record;
	LIST_ENTRY(confirm_asker) entry;
};

void confirm_init(struct confirm *confirm, uv_loop_t *loop, const struct limits *limits);

/* NULL where SSH_ASKPASS names no program. Owned by the environment. */
const char *confirm_program(void);

/*
 * Asks whether the signature of record may be made. record and its grant stay until the
 * answer, or confirm_withdraw. NULL: the answer comes later; else why nobody is asked.
 */
const char *confirm_ask(struct confirm *confirm, struct confirm_asker *asker,
			const struct record *record);

/* No answer is wanted any more; a prompt that nobody waits for is killed. Idempotent. */
void confirm_withdraw(struct confirm_asker *asker);

/* The daemon ends: all that wait are refused, now and later, and the prompts are killed. */
void confirm_end(struct confirm *confirm);

/* Puts the question in words, what strangers sent escaped and cut. For confirm_ask, and tests. */
void confirm_text(const struct record *record, char text[CONFIRM_TEXT_MAX]);

#endif
