#include "agentd/status_watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agentd/status_screen.h"
#include "agentd/status_view.h"
#include "common/log.h"

struct watch {
	bool is_json;
	unsigned seconds;
	char seen[sizeof("12:34:56")]; /* when the daemon last answered; "" before */
};

/* The next view; of a daemon that does not answer, that. */
static void watch_take(struct watch *watch, struct byte_buf *view)
{
	char fault[STATUS_FAULT_MAX];
	int err = status_view_take(watch->is_json, view, fault);
	time_t now = time(NULL);
	struct tm local;

	if (err == 0) {
		localtime_r(&now, &local);
		strftime(watch->seen, sizeof(watch->seen), "%H:%M:%S", &local);
		return;
	}
	byte_buf_deinit(view);
	if (watch->is_json) {
		status_view_put_fault(view, fault);
		return;
	}
	byte_buf_printf(view, "%s\n", fault);
	if (watch->seen[0] != '\0')
		byte_buf_printf(view, "It answered last at %s.\n", watch->seen);
	byte_buf_printf(view, "Asking again every %u s.\n", watch->seconds);
}

static int report_end(int err)
{
	log_error("status: it cannot be written: %s", strerror(-err));
	return 1;
}

static int watch_on_screen(struct watch *watch)
{
	bool is_over = false;
	int err = 0;

	status_screen_open();
	while (!is_over && err == 0) {
		struct byte_buf view;

		watch_take(watch, &view);
		err = status_screen_draw(byte_buf_view(&view));
		byte_buf_deinit(&view);
		is_over = err == 0 && status_screen_wait(watch->seconds);
	}
	status_screen_close();
	return err == 0 ? 0 : report_end(err);
}

static int watch_as_stream(struct watch *watch)
{
	const struct timespec pause = {.tv_sec = watch->seconds};
	bool is_first = true;
	int err = 0;

	while (err == 0) {
		struct byte_buf view;

		watch_take(watch, &view);
		if (!is_first && !watch->is_json)
			putchar('\n');
		is_first = false;
		if (fwrite(view.data, view.len, 1, stdout) != 1 || fflush(stdout) != 0)
			err = -errno;
		byte_buf_deinit(&view);
		if (err == 0)
			nanosleep(&pause, NULL);
	}
	return report_end(err);
}

int status_watch(bool is_json, unsigned seconds)
{
	struct watch watch = {.is_json = is_json, .seconds = seconds};

	if (!is_json && status_screen_is_there())
		return watch_on_screen(&watch);
	return watch_as_stream(&watch);
}
