#include "agentd/last_wait.h"

enum { PERIOD_MS = 1000, AUDIT_PERIODS = 5 };

static void last_wait_go_on(struct last_wait *wait, unsigned periods);

static void on_period_over(uv_timer_t *timer)
{
	struct last_wait *wait = timer->data;

	if (audit_written_count(wait->audit) != wait->written_count) {
		last_wait_go_on(wait, AUDIT_PERIODS);
	} else if (audit_is_behind(wait->audit) && wait->periods_left > 1) {
		last_wait_go_on(wait, wait->periods_left - 1);
	} else {
		wait->is_over = true;
		uv_stop(timer->loop);
	}
}

static void last_wait_go_on(struct last_wait *wait, unsigned periods)
{
	wait->periods_left = periods;
	wait->written_count = audit_written_count(wait->audit);
	uv_timer_start(&wait->timer, on_period_over, PERIOD_MS, 0);
}

void last_wait_init(struct last_wait *wait, uv_loop_t *loop, const struct audit *audit)
{
	*wait = (struct last_wait){.audit = audit};
	uv_timer_init(loop, &wait->timer);
	wait->timer.data = wait;
	uv_unref((uv_handle_t *)&wait->timer);
}

void last_wait_begin(struct last_wait *wait)
{
	uv_update_time(wait->timer.loop);
	last_wait_go_on(wait, AUDIT_PERIODS);
}

void last_wait_close(struct last_wait *wait)
{
	uv_close((uv_handle_t *)&wait->timer, NULL);
}
