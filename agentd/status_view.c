#include "agentd/status_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/json_text.h"
#include "agentd/status_text.h"

/* Text is no longer than the document: it says nothing twice. */
enum { VIEW_LEN_MAX = 16 * 1024 * 1024 };

static void put_line(struct byte_buf *view, const json_t *document)
{
	char *line = document != NULL ? json_dumps(document, JSON_LINE_FLAGS) : NULL;

	if (line != NULL)
		byte_buf_printf(view, "%s\n", line);
	else
		view->error = -ENOMEM;
	free(line);
}

int status_view_take(bool is_json, struct byte_buf *view, char fault[STATUS_FAULT_MAX])
{
	struct byte_buf answer;
	json_t *document = NULL;
	int err;

	byte_buf_init(view, VIEW_LEN_MAX);
	err = control_client_try("status", "start one", &answer, fault);
	if (err == 0) {
		document = json_loads((const char *)answer.data, JSON_ALLOW_NUL, NULL);
		if (!json_is_object(document)) {
			snprintf(fault, STATUS_FAULT_MAX, "the daemon's answer is garbled");
			err = -EBADMSG;
		} else if (is_json) {
			put_line(view, document);
		} else {
			status_text_put(view, document);
		}
	}
	if (err == 0 && byte_buf_status(view) != 0) {
		snprintf(fault, STATUS_FAULT_MAX, "out of memory");
		err = byte_buf_status(view);
	}
	json_decref(document);
	byte_buf_deinit(&answer);
	return err;
}

void status_view_put_fault(struct byte_buf *view, const char *fault)
{
	struct timespec now;
	json_t *document;

	clock_gettime(CLOCK_REALTIME, &now);
	document = json_pack("{s:i, s:o, s:o}", "version", 1, "time", json_of_time(now), "error",
			     json_of_text(fault));
	put_line(view, document);
	json_decref(document);
}
