#include "agentd/log_pause.h"

#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

#include "common/log.h"
#include "tests/support/unit.h"

static int kept_stderr;
static int capture_pipe[2];
static char captured[256];

static void start_capture(void)
{
	ck_assert_int_eq(pipe2(capture_pipe, O_NONBLOCK), 0);
	kept_stderr = dup(STDERR_FILENO);
	dup2(capture_pipe[1], STDERR_FILENO);
	log_init("p", LOG_LEVEL_INFO);
}

static void end_capture(void)
{
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	close(capture_pipe[0]);
	close(capture_pipe[1]);
}

static const char *take(void)
{
	ssize_t len = read(capture_pipe[0], captured, sizeof(captured) - 1);

	captured[len > 0 ? len : 0] = '\0';
	return captured;
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
	struct log_pause pause;
	uv_loop_t loop;
	uv_poll_t poll;
	uv_timer_t timer;

	start_capture();
	uv_loop_init(&loop);
	log_pause_begin(&pause, &loop);
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, on_timer, 0, 0);
	uv_poll_init(&loop, &poll, capture_pipe[0]);
	uv_poll_start(&poll, UV_READABLE, on_written);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends when the line is there */
	ck_assert_str_eq(take(), "p: in the loop\n");
	uv_close((uv_handle_t *)&poll, NULL);
	uv_close((uv_handle_t *)&timer, NULL);
	log_pause_end(&pause);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	end_capture();
}
END_TEST

START_TEST(loop_that_ends_is_not_held_up_and_the_line_is_written)
{
	struct log_pause pause;
	uv_loop_t loop;

	start_capture();
	uv_loop_init(&loop);
	log_pause_begin(&pause, &loop);
	log_info("last");
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_str_eq(take(), "");
	log_pause_end(&pause);
	ck_assert_str_eq(take(), "p: last\n");
	log_info("after");
	ck_assert_str_eq(take(), "p: after\n");
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	end_capture();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("log_pause");

	tcase_add_test(tests, line_comes_with_nothing_else_to_do);
	tcase_add_test(tests, loop_that_ends_is_not_held_up_and_the_line_is_written);
	return unit_main(tests, "log_pause");
}
