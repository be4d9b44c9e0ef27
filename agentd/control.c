#include "agentd/control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/control_ping.h"
#include "agentd/control_revoke.h"
#include "agentd/control_token.h"
#include "agentd/control_verb.h"
#include "agentd/peer_cred.h"
#include "agentd/report.h"
#include "agentd/status.h"
#include "common/log.h"

enum { CONTROL_DEADLINE_MS = 5000 };

static void on_handle_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	if (--control->open_handles > 0)
		return;
	byte_buf_deinit(&control->line);
	byte_buf_deinit(&control->answer);
	LIST_REMOVE(control, entry);
	free(control);
}

void control_close(struct control *control)
{
	if (control->is_closing)
		return;
	control->is_closing = true;
	if (control->status != NULL)
		status_cancel(control->status);
	control->status = NULL;
	uv_close((uv_handle_t *)&control->pipe, on_handle_closed);
	uv_close((uv_handle_t *)&control->deadline, on_handle_closed);
}

static void on_written(uv_write_t *write, int status)
{
	(void)status;
	control_close(write->data);
}

static void control_answer(struct control *control)
{
	uv_buf_t buf = uv_buf_init((char *)control->answer.data, (unsigned)control->answer.len);

	control->write.data = control;
	if (byte_buf_status(&control->answer) != 0 ||
	    uv_write(&control->write, (uv_stream_t *)&control->pipe, &buf, 1, on_written) < 0)
		control_close(control);
}

char *control_next_word(char **words, char **value)
{
	char *word;

	do
		word = strsep(words, " ");
	while (word != NULL && *word == '\0');
	*value = word;
	if (word != NULL)
		strsep(value, "=");
	return word;
}

static void on_status(void *owner, struct byte_view text)
{
	struct control *control = owner;

	control->status = NULL;
	if (text.len > 0) {
		byte_buf_printf(&control->answer, "ok ");
		byte_buf_put_bytes(&control->answer, text.ptr, text.len);
		byte_buf_put_u8(&control->answer, '\n');
	} else {
		byte_buf_printf(&control->answer,
				"error the status cannot be put together: out of memory\n");
	}
	control_answer(control);
}

/* The one verb that has to ask others first. */
static void control_begin_status(struct control *control)
{
	control->status = status_new(control->front, on_status, control);
	if (control->status == NULL)
		on_status(control, (struct byte_view){0});
}

static const struct {
	const char *name;
	control_verb run;
} verbs[] = {
	{"ping", control_ping},
	{"token", control_token},
	{"revoke", control_revoke},
};

static void control_run(struct control *control, char *line)
{
	char *words = line;
	const char *name = strsep(&words, " ");
	control_verb run = NULL;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(name, verbs[i].name) == 0)
			run = verbs[i].run;
	}
	if (strcmp(name, "status") == 0) {
		control_begin_status(control);
		return;
	}
	if (run != NULL)
		run(control->front, words, &control->answer);
	else
		byte_buf_printf(&control->answer, "error no such verb; is the daemon older than "
						  "this program?\n");
	control_answer(control);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char shared[CONTROL_LINE_MAX];

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(shared, sizeof(shared));
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct control *control = stream->data;
	uint8_t *newline;

	if (control->is_closing || nread == 0)
		return;
	if (nread > 0)
		byte_buf_put_bytes(&control->line, buf->base, (size_t)nread);
	if (nread < 0 || byte_buf_status(&control->line) != 0) {
		control_close(control);
		return;
	}
	newline = memchr(control->line.data, '\n', control->line.len);
	if (newline == NULL)
		return;
	uv_read_stop(stream);
	*newline = '\0';
	control_run(control, (char *)control->line.data);
}

static void on_deadline(uv_timer_t *timer)
{
	control_close(timer->data);
}

/* Told for what it is worth: the socket of a new connection takes a line. */
static void control_refuse(int fd, const char *peer, const char *reason)
{
	char line[128];
	int len = snprintf(line, sizeof(line), "error refused: %s\n", reason);

	(void)!send(fd, line, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (report_is_due())
		log_warn("control connection refused peer=%s: %s", peer, reason);
	close(fd);
}

void control_accept(struct front *front, int fd)
{
	struct control *control = NULL;
	const char *reason = NULL;
	char peer[ADDRESS_TEXT_MAX];

	/* The directory may be mounted into a container, for its ids: tokens would outlast that. */
	if (!peer_cred_is_ours(fd, peer))
		reason = "it serves its owner and root";
	else if (!peer_cred_shares_our_files(fd))
		reason = "it comes from a container (or from root, where we are another)";
	if (reason != NULL) {
		control_refuse(fd, peer, reason);
		return;
	}
	control = calloc(1, sizeof(*control));
	if (control == NULL) {
		close(fd);
		return;
	}
	control->front = front;
	byte_buf_init(&control->line, CONTROL_LINE_MAX);
	byte_buf_init(&control->answer, CONTROL_ANSWER_MAX);
	uv_pipe_init(front->loop, &control->pipe, 0);
	uv_timer_init(front->loop, &control->deadline);
	control->pipe.data = control;
	control->deadline.data = control;
	control->open_handles = 2;
	LIST_INSERT_HEAD(&front->controls, control, entry);
	if (uv_pipe_open(&control->pipe, fd) < 0) {
		close(fd);
		control_close(control);
		return;
	}
	uv_timer_start(&control->deadline, on_deadline, CONTROL_DEADLINE_MS, 0);
	uv_read_start((uv_stream_t *)&control->pipe, on_alloc, on_read);
}
