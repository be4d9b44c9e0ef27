#include "agentd/log_pause.h"

#include "common/log.h"

/* Nobody who reads along notices, and in that time a busy build has more requests than there are lines in a write. */
enum { PAUSE_MS = 10 };

static void on_pause_over(uv_timer_t *timer)
{
	(void)timer;
	log_flush();
}

static void on_prepare(uv_prepare_t *prepare)
{
	struct log_pause *pause = prepare->data;

	log_catch_up(); /* what was to leave in this turn of the loop has left */
	if (log_has_gathered() && !uv_is_active((uv_handle_t *)&pause->timer))
		uv_timer_start(&pause->timer, on_pause_over, PAUSE_MS, 0);
}

void log_pause_begin(struct log_pause *pause, uv_loop_t *loop)
{
	uv_timer_init(loop, &pause->timer);
	uv_unref((uv_handle_t *)&pause->timer);
	uv_prepare_init(loop, &pause->prepare);
	pause->prepare.data = pause;
	uv_prepare_start(&pause->prepare, on_prepare);
	uv_unref((uv_handle_t *)&pause->prepare);
	log_gather(true);
}

void log_pause_end(struct log_pause *pause)
{
	log_gather(false);
	uv_close((uv_handle_t *)&pause->timer, NULL);
	uv_close((uv_handle_t *)&pause->prepare, NULL);
}
