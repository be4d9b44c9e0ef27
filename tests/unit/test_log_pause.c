#include "agentd/log_pause.h"

#include <uv.h>

#include "common/log.h"
#include "tests/support/stderr_pipe.h"
#include "tests/support/unit.h"

static struct log_pause of_log;
static uv_loop_t loop;

static void begin(void)
{
	stderr_pipe_begin();
	log_init("p", LOG_LEVEL_INFO);
	uv_loop_init(&loop);
	log_pause_begin(&of_log, &loop);
}

/* After log_pause_end, and with all handles closing. */
static void end(void)
{
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	stderr_pipe_end();
}

static void on_written(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	uv_poll_stop(poll);
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer;
	log_info("in the loop");
}

START_TEST(line_comes_with_nothing_else_to_do)
{
	uv_poll_t poll;
	uv_timer_t timer;

	begin();
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, on_timer, 0, 0);
	uv_poll_init(&loop, &poll, stderr_pipe[0]);
	uv_poll_start(&poll, UV_READABLE, on_written);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends when the line is there */
	ck_assert_str_eq(stderr_pipe_take(), "p: in the loop\n");
	uv_close((uv_handle_t *)&poll, NULL);
	uv_close((uv_handle_t *)&timer, NULL);
	log_pause_end(&of_log);
	end();
}
END_TEST

static bool is_made;

static void put_line(const void *data)
{
	(void)data;
	is_made = true;
}

static void on_timer_later(uv_timer_t *timer)
{
	int unused = 0;

	(void)timer;
	log_later(put_line, &unused, sizeof(unused));
	ck_assert(!is_made);
}

/* Before the loop waits, or what is in it would be as late as the next thing to do. */
START_TEST(line_made_later_comes_with_nothing_else_to_do)
{
	uv_timer_t timer;

	begin();
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, on_timer_later, 0, 0);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert(is_made);
	uv_close((uv_handle_t *)&timer, NULL);
	log_pause_end(&of_log);
	end();
}
END_TEST

START_TEST(loop_that_ends_is_not_held_up_and_the_line_is_written)
{
	begin();
	log_info("last");
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_str_eq(stderr_pipe_take(), "");
	log_pause_end(&of_log);
	ck_assert_str_eq(stderr_pipe_take(), "p: last\n");
	log_info("after");
	ck_assert_str_eq(stderr_pipe_take(), "p: after\n");
	end();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("log_pause");

	tcase_add_test(tests, line_comes_with_nothing_else_to_do);
	tcase_add_test(tests, line_made_later_comes_with_nothing_else_to_do);
	tcase_add_test(tests, loop_that_ends_is_not_held_up_and_the_line_is_written);
	return unit_main(tests, "log_pause");
}
