#include "agentd/keeper_watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agentd/keeper/keeper.h"

int keeper_watch_start(struct keeper_watch *watch, const struct source_set *sources,
		       const char *passphrase_file)
{
	struct keeper_config config = {.passphrase_file = passphrase_file};
	struct keeper_source *list;
	int err;

	*watch = (struct keeper_watch){.control_fd = -1};
	if (!source_set_has_keys(sources))
		return 0;
	list = calloc(sources->count, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = sources->list[i];

		if (source->kind == SOURCE_KEYS)
			list[config.source_count++] =
				(struct keeper_source){.id = source->id,
						       .files = source->files,
						       .file_count = source->file_count};
	}
	config.sources = list;
	err = keeper_start(&config, &watch->pid, &watch->control_fd);
	free(list);
	return err;
}

/* The end may still be under way, and there is nothing to wait for but that. */
static void keeper_watch_reap(struct keeper_watch *watch)
{
	int status;

	(void)kill(watch->pid, SIGKILL);
	while (waitpid(watch->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return;
	}
	watch->pid = 0;
	watch->ended_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct keeper_watch *watch = poll->data;
	char unexpected[64];
	ssize_t len;

	(void)status;
	(void)events;
	/* The keeper has nothing to say: all that comes is its end, 0 and no errno. */
	len = recv(watch->control_fd, unexpected, sizeof(unexpected), MSG_DONTWAIT);
	if (len > 0 || (len < 0 && errno == EAGAIN))
		return;
	keeper_watch_detach(watch);
	close(watch->control_fd);
	watch->control_fd = -1;
	keeper_watch_reap(watch);
	watch->on_died(watch);
}

int keeper_watch_attach(struct keeper_watch *watch, uv_loop_t *loop,
			void (*on_died)(struct keeper_watch *watch), void *owner)
{
	int err;

	watch->on_died = on_died;
	watch->owner = owner;
	if (watch->control_fd < 0)
		return 0;
	err = uv_poll_init(loop, &watch->poll, watch->control_fd);
	if (err < 0)
		return err;
	watch->poll.data = watch;
	watch->is_polling = true;
	return uv_poll_start(&watch->poll, UV_READABLE, on_readable);
}

void keeper_watch_detach(struct keeper_watch *watch)
{
	if (!watch->is_polling)
		return;
	watch->is_polling = false;
	uv_poll_stop(&watch->poll);
	uv_close((uv_handle_t *)&watch->poll, NULL);
}

void keeper_watch_stop(struct keeper_watch *watch)
{
	if (watch->control_fd >= 0)
		close(watch->control_fd);
	watch->control_fd = -1;
	if (watch->pid > 0) {
		while (waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	watch->pid = 0;
}
