#include "shim/wait_notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "shim/printable.h"

enum {
	FIRST_MS = 1000,
	SECOND_MS = 1200, /* the daemon tells of a slow agent after two seconds */
	LATER_MS = 3000,
	ASK_TIMEOUT_MS = 5000,
	ANSWER_LEN_MAX = 32 * 1024,
};

static void on_due(uv_timer_t *timer);

static void notice_set_timer(struct wait_notice *notice)
{
	static const unsigned delays_ms[] = {FIRST_MS, SECOND_MS, LATER_MS};
	unsigned step = notice->asked_count < 2 ? notice->asked_count : 2;

	uv_timer_start(&notice->timer, on_due, delays_ms[step], 0);
}

static void tell(const char *line)
{
	char what[16];
	char id[80];
	char kind[16];
	char name[336];
	char host[336] = "-";
	const char *waited_for;

	if (sscanf(line, "waiting %15s %79s %15s %335s %335s", what, id, kind, name, host) < 4)
		return;
	if (strcmp(what, "confirm") == 0)
		waited_for = "confirmation on the host";
	else if (strcmp(what, "agent") == 0)
		waited_for = "the agent on the host (a touch of a security key?)";
	else
		return;
	if (strcmp(kind, "login") != 0)
		log_info("waiting for %s (id %s, namespace %s)", waited_for, id, name);
	else if (strcmp(host, "-") == 0)
		log_info("waiting for %s (id %s, user %s)", waited_for, id, name);
	else
		log_info("waiting for %s (id %s, %s@%s)", waited_for, id, name, host);
}

static bool has_line(char lines[][WAIT_NOTICE_LINE_SIZE], unsigned count, const char *line)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(lines[i], line) == 0)
			return true;
	}
	return false;
}

/* What is new is told; what is gone is forgotten, and would be new another time. */
static void notice_take(struct wait_notice *notice, struct byte_view answer)
{
	static char now[WAIT_NOTICE_LINES_MAX][WAIT_NOTICE_LINE_SIZE];
	unsigned count = 0;

	while (answer.len > 0 && count < WAIT_NOTICE_LINES_MAX) {
		const uint8_t *newline = memchr(answer.ptr, '\n', answer.len);
		size_t len = newline != NULL ? (size_t)(newline - answer.ptr) : answer.len;

		printable_copy(now[count], WAIT_NOTICE_LINE_SIZE,
			       (struct byte_view){answer.ptr, len});
		if (strncmp(now[count], "waiting ", 8) == 0 && !has_line(now, count, now[count])) {
			if (!has_line(notice->told, notice->told_count, now[count]))
				tell(now[count]);
			count++;
		}
		len += newline != NULL;
		answer.ptr += len;
		answer.len -= len;
	}
	memcpy(notice->told, now, sizeof(notice->told));
	notice->told_count = count;
}

static void on_answered(void *owner, int err, struct byte_view answer)
{
	struct wait_notice *notice = owner;

	notice->ask = NULL;
	if (notice->signing_count == 0)
		return;
	/* No answer but an end: an old daemon. What else went wrong, the link's own loss tells. */
	if (err == -EPIPE)
		notice->deaf = notice->uplink->link;
	else if (err == 0)
		notice_take(notice, answer);
	notice_set_timer(notice);
}

static void on_due(uv_timer_t *timer)
{
	struct wait_notice *notice = timer->data;
	struct uplink *uplink = notice->uplink;

	notice->asked_count++;
	if (uplink->state == UPLINK_UP && uplink->link != NULL && uplink->link != notice->deaf &&
	    notice->ask == NULL &&
	    ask_start(uplink->link, "waiting", ASK_TIMEOUT_MS, ANSWER_LEN_MAX, on_answered, notice,
		      &notice->ask) == 0)
		return;
	notice_set_timer(notice);
}

void wait_notice_init(struct wait_notice *notice, struct uplink *uplink)
{
	*notice = (struct wait_notice){.uplink = uplink};
	uv_timer_init(uplink->loop, &notice->timer);
	notice->timer.data = notice;
	uv_unref((uv_handle_t *)&notice->timer);
}

void wait_notice_begin(struct wait_notice *notice)
{
	if (notice->signing_count++ > 0 || uv_is_closing((uv_handle_t *)&notice->timer))
		return;
	notice->asked_count = 0;
	notice->told_count = 0;
	if (notice->ask == NULL)
		notice_set_timer(notice);
}

void wait_notice_end(struct wait_notice *notice)
{
	if (--notice->signing_count == 0)
		uv_timer_stop(&notice->timer);
}

void wait_notice_close(struct wait_notice *notice)
{
	if (uv_is_closing((uv_handle_t *)&notice->timer))
		return;
	if (notice->ask != NULL)
		ask_close(notice->ask);
	notice->ask = NULL;
	uv_close((uv_handle_t *)&notice->timer, NULL);
}
