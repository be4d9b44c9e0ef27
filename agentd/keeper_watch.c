#include "agentd/keeper_watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agentd/keeper/control.h"
#include "agentd/keeper/keeper.h"
#include "agentd/keeper/server.h"
#include "agentd/source_backing.h"
#include "common/log.h"

static struct keeper_watch *keeper_watch_new(struct keepers *keepers)
{
	struct keeper_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->keepers = keepers;
	watch->control_fd = -1;
	request_turns_init(&watch->turns, server_worker_count());
	watch->user_count = 1;
	LIST_INSERT_HEAD(&keepers->list, watch, entry);
	return watch;
}

/* Once there is no process, no user, and nothing on the loop. */
static void keeper_watch_free_if_over(struct keeper_watch *watch)
{
	if (watch->user_count > 0 || watch->pid > 0 || watch->has_poll)
		return;
	LIST_REMOVE(watch, entry);
	free(watch);
}

/* What keeper_start shall load; *list is the caller's to free. */
static int describe(struct source *const *sources, size_t count, const char *passphrase_file,
		    struct keeper_source **list, struct keeper_config *config)
{
	*config = (struct keeper_config){.passphrase_file = passphrase_file};
	*list = calloc(count, sizeof(**list));
	if (*list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct source *source = sources[i];

		if (source->kind == SOURCE_KEYS)
			(*list)[config->source_count++] =
				(struct keeper_source){.id = source->id,
						       .files = source->files,
						       .file_count = source->file_count};
	}
	config->sources = *list;
	return 0;
}

int keepers_start(struct keepers *keepers, const struct source_set *sources,
		  const char *passphrase_file)
{
	struct keeper_config config;
	struct keeper_source *list;
	struct keeper_watch *watch;
	int err;

	if (!source_set_has_keys(sources))
		return 0;
	err = describe(sources->list, sources->count, passphrase_file, &list, &config);
	if (err != 0)
		return err;
	for (size_t i = 0; i < sources->count; i++)
		source_backing_note(sources->list[i]);
	watch = keeper_watch_new(keepers);
	err = watch != NULL ? keeper_start(&config, &watch->pid, &watch->control_fd) : -ENOMEM;
	free(list);
	for (size_t i = 0; err == 0 && i < sources->count; i++) {
		if (sources->list[i]->kind == SOURCE_KEYS)
			sources->list[i]->state->keeper = keeper_watch_hold(watch);
	}
	if (watch != NULL)
		keeper_watch_release(watch);
	return err;
}

/* The end may still be under way, and there is nothing to wait for but that. */
static int keeper_watch_reap(struct keeper_watch *watch)
{
	int status = 0;

	(void)kill(watch->pid, SIGKILL);
	while (waitpid(watch->pid, &status, 0) < 0 && errno == EINTR)
		;
	watch->pid = 0;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct keeper_watch *watch = handle->data;

	watch->has_poll = false;
	keeper_watch_free_if_over(watch);
}

static void keeper_watch_detach(struct keeper_watch *watch)
{
	if (!watch->has_poll || uv_is_closing((uv_handle_t *)&watch->poll))
		return;
	uv_poll_stop(&watch->poll);
	uv_close((uv_handle_t *)&watch->poll, on_poll_closed);
}

/* Its end, by itself or because we let go. err: what to tell whoever waits for it to load. */
static void keeper_watch_end(struct keeper_watch *watch, int err)
{
	bool was_loading = watch->is_loading;
	int ended_by;

	keeper_watch_detach(watch);
	close(watch->control_fd);
	watch->control_fd = -1;
	watch->is_loading = false;
	ended_by = keeper_watch_reap(watch);
	if (watch->user_count == 0)
		return; /* freed when the poll has closed */
	if (was_loading)
		watch->on_loaded(watch->owner, err);
	else
		watch->keepers->on_died(watch->keepers, ended_by);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct keeper_watch *watch = poll->data;
	int loaded = 0;
	int err;

	(void)status;
	(void)events;
	/* All it ever says is how loading went; else it is its end that can be read. */
	err = control_poll_status(watch->control_fd, &loaded);
	if (err == -EAGAIN || (err == 0 && !watch->is_loading))
		return;
	if (err == 0 && loaded == 0) {
		watch->is_loading = false;
		if (watch->user_count > 0)
			watch->on_loaded(watch->owner, 0);
		return;
	}
	if (err != 0 && watch->is_loading && watch->user_count > 0)
		log_error("the keeper ended while it loaded keys");
	keeper_watch_end(watch, err != 0 ? err : loaded);
}

static int keeper_watch_attach(struct keeper_watch *watch)
{
	int err = uv_poll_init(watch->keepers->loop, &watch->poll, watch->control_fd);

	if (err < 0)
		return err;
	watch->poll.data = watch;
	watch->has_poll = true;
	return uv_poll_start(&watch->poll, UV_READABLE, on_readable);
}

int keepers_attach(struct keepers *keepers, uv_loop_t *loop,
		   void (*on_died)(struct keepers *keepers, int ended_by), void *owner)
{
	struct keeper_watch *watch;
	int err = 0;

	keepers->loop = loop;
	keepers->on_died = on_died;
	keepers->owner = owner;
	LIST_FOREACH(watch, &keepers->list, entry) {
		if (err == 0)
			err = keeper_watch_attach(watch);
	}
	return err;
}

int keepers_spawn(struct keepers *keepers, struct source *const *sources, size_t count,
		  const char *passphrase_file, void (*on_loaded)(void *owner, int err), void *owner,
		  struct keeper_watch **out)
{
	struct keeper_watch *watch = keeper_watch_new(keepers);
	struct keeper_source *list = NULL;
	struct keeper_config config;
	int err = watch != NULL ? 0 : -ENOMEM;

	if (err == 0)
		err = describe(sources, count, passphrase_file, &list, &config);
	if (err == 0)
		err = keeper_spawn(&config, &watch->pid, &watch->control_fd);
	free(list);
	if (err == 0) {
		watch->is_loading = true;
		watch->on_loaded = on_loaded;
		watch->owner = owner;
		err = keeper_watch_attach(watch);
	}
	if (err == 0)
		*out = watch;
	else if (watch != NULL)
		keeper_watch_release(watch);
	return err;
}

unsigned keepers_forget(struct keepers *keepers)
{
	struct keeper_watch *watch;
	unsigned count = 0;

	LIST_FOREACH(watch, &keepers->list, entry) {
		if (watch->control_fd < 0 || keeper_forget(watch->control_fd) != 0)
			continue;
		watch->has_forgotten = true;
		count++;
	}
	return count;
}

void keepers_detach(struct keepers *keepers)
{
	struct keeper_watch *watch;

	LIST_FOREACH(watch, &keepers->list, entry)
		keeper_watch_detach(watch);
}

void keepers_let_go(struct keepers *keepers)
{
	struct keeper_watch *watch;

	LIST_FOREACH(watch, &keepers->list, entry) {
		/* One that loads listens to nobody; one that serves wipes its keys, and ends. */
		if (watch->is_loading)
			(void)kill(watch->pid, SIGKILL);
		if (watch->control_fd >= 0)
			close(watch->control_fd);
		watch->control_fd = -1;
	}
}

void keepers_deinit(struct keepers *keepers)
{
	struct keeper_watch *watch;
	struct keeper_watch *next;

	keepers_let_go(keepers);
	for (watch = LIST_FIRST(&keepers->list); watch != NULL; watch = next) {
		next = LIST_NEXT(watch, entry);
		while (watch->pid > 0 && waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR)
			;
		free(watch);
	}
	LIST_INIT(&keepers->list);
}

struct keeper_watch *keeper_watch_hold(struct keeper_watch *watch)
{
	watch->user_count++;
	return watch;
}

void keeper_watch_release(struct keeper_watch *watch)
{
	if (--watch->user_count > 0)
		return;
	if (watch->control_fd >= 0 && watch->has_poll &&
	    !uv_is_closing((uv_handle_t *)&watch->poll)) {
		/* Its end comes back to us as an event. */
		if (watch->is_loading)
			(void)kill(watch->pid, SIGTERM);
		shutdown(watch->control_fd, SHUT_WR);
		return;
	}
	keeper_watch_free_if_over(watch);
}

bool keeper_watch_has_keys(const struct keeper_watch *watch)
{
	return watch->control_fd >= 0 && !watch->has_forgotten;
}
