#include "agentd/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/audit_event.h"
#include "agentd/secret_look.h"
#include "agentd/source_backing.h"
#include "agentd/source_rules.h"

#define STAYS "; the configuration stays as it was"

static void next_forget(struct reload *reload)
{
	if (reload->look != NULL)
		secret_look_close(reload->look);
	reload->look = NULL;
	source_set_deinit(&reload->next.sources);
	secret_set_deinit(&reload->next.secrets);
	options_deinit(&reload->next);
	if (reload->keeper != NULL)
		keeper_watch_release(reload->keeper);
	reload->keeper = NULL;
	reload->is_pending = false;
}

void reload_cancel(struct reload *reload)
{
	if (reload->is_pending)
		next_forget(reload);
}

/* failure: NULL, or why all stays as it was. The service manager is told in any case: it waits for that. */
static void reload_end(struct reload *reload, const char *failure)
{
	next_forget(reload);
	audit_reload(reload->front->relays.audit, reload->options->config_path, failure);
	service_notify_ready(reload->notify,
			     failure == NULL
				     ? "Serving; reloaded"
				     : "Serving, as before: the reload failed, see the log");
}

static bool lists_differ(const struct word_list *a, const struct word_list *b)
{
	if (a->count != b->count)
		return true;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i], b->list[i]) != 0)
			return true;
	}
	return false;
}

static bool texts_differ(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

/* What stays as it was until the daemon is started again. */
static void warn_of_restart(const struct options *now, const struct options *next)
{
	static const char message[] =
		"%s has changed, which takes effect when ssh-forward-agentd is started again";

	if (lists_differ(&now->listen, &next->listen))
		log_warn(message, "listen");
	if (texts_differ(now->token_file, next->token_file))
		log_warn(message, "token-file");
	if (now->trusts_network != next->trusts_network)
		log_warn(message, "trust-network");
	if (now->is_discoverable != next->is_discoverable)
		log_warn(message, "discoverable");
	if (texts_differ(now->audit_log, next->audit_log))
		log_warn(message, "audit-log");
	if (now->audit_mode != next->audit_mode)
		log_warn(message, "audit");
}

/* Says what became of each id. */
static void log_changes(const struct reload *reload)
{
	const struct source_set *now = &reload->front->sources;
	const struct source_set *next = &reload->next.sources;
	const struct source *before;

	for (size_t i = 0; i < now->count; i++) {
		if (source_find(next, now->list[i]->id) == NULL)
			log_info("reload: no longer offered id=%s", now->list[i]->id);
	}
	for (size_t i = 0; i < next->count; i++) {
		const struct source *source = next->list[i];

		before = source_find(now, source->id);
		if (before == NULL)
			log_info("reload: offered id=%s", source->id);
		else if (before->state != source->state)
			log_info("reload: offered from other keys id=%s", source->id);
	}
}

/*
 * What was used of an id stays used, whatever keys it has now, or new ones would begin it anew; and what connections
 * that go on with the old ones use counts as well.
 */
static void carry_leases(const struct source_set *now, const struct source_set *next)
{
	for (size_t i = 0; i < next->count; i++) {
		const struct source *before = source_find(now, next->list[i]->id);

		if (before != NULL)
			source_state_join_lease(next->list[i]->state, before->state);
	}
}

/* All that can go wrong comes first. */
static void reload_apply(struct reload *reload)
{
	struct front *front = reload->front;
	struct options *next = &reload->next;
	struct access access = {0};
	int err = 0;

	for (size_t i = 0; err == 0 && i < next->allow.count; i++)
		err = access_allow(&access, next->allow.list[i]);
	if (err == 0)
		err = listeners_set_ids(reload->listeners, &next->sources);
	/* Last: it has no way back, and logins go by it. */
	if (err == 0) {
		err = trusted_hosts_set_files(front->trusted_hosts, next->known_hosts.list,
					      next->known_hosts.count);
		if (err != 0)
			(void)listeners_set_ids(reload->listeners, &front->sources);
	}
	if (err != 0) {
		free(access.allowed);
		log_error("reload: not all could be opened" STAYS);
		reload_end(reload, "not all could be opened");
		return;
	}
	log_changes(reload);
	carry_leases(&front->sources, &next->sources);
	warn_of_restart(reload->options, next);
	free(front->access.allowed);
	front->access.allowed = access.allowed;
	front->access.allowed_count = access.allowed_count;
	front->limits = next->limits;
	front->offers_all_known_hosts = next->known_hosts.count > 0;
	source_set_retire(&front->sources);
	front->sources = next->sources;
	secret_set_deinit(&front->secrets);
	front->secrets = next->secrets;
	options_deinit(reload->options);
	*reload->options = *next;
	*next = (struct options){0};
	reload_end(reload, NULL);
	log_info("reloaded%s%s", reload->options->config_path != NULL ? " " : "",
		 reload->options->config_path != NULL ? reload->options->config_path : "");
	log_init("ssh-forward-agentd", reload->options->log_level);
	log_set_format(reload->options->log_format);
}

static void on_keeper_loaded(void *owner, int err)
{
	struct reload *reload = owner;

	if (err == 0) {
		reload_apply(reload);
		return;
	}
	log_error("reload: the keys could not be loaded" STAYS);
	reload_end(reload, "the keys could not be loaded");
}

/*
 * Sources that stand for the same go on with the same state. list: those whose keys only a keeper
 * that is made now can have.
 */
static void settle_states(const struct reload *reload, struct source **list, size_t *count)
{
	const struct source_set *next = &reload->next.sources;

	for (size_t i = 0; i < next->count; i++) {
		struct source *source = next->list[i];
		const struct source *now = source_find(&reload->front->sources, source->id);

		if (now != NULL && source_backing_is_same(now, source)) {
			source_state_release(source->state);
			source->state = source_state_share(now->state);
		} else if (source->kind == SOURCE_KEYS) {
			list[(*count)++] = source;
		}
	}
}

static int spawn_keeper(struct reload *reload, struct source **list, size_t count)
{
	int err;

	for (size_t i = 0; i < count; i++) {
		if (source_backing_needs_stdin(list[i])) {
			log_error("id \"%s\": a key from standard input can be read only once, "
				  "when ssh-forward-agentd starts",
				  list[i]->id);
			return -EINVAL;
		}
		source_backing_note(list[i]);
	}
	err = keepers_spawn(reload->keepers, list, count, reload->next.passphrase_file,
			    on_keeper_loaded, reload, &reload->keeper);
	for (size_t i = 0; err == 0 && i < count; i++)
		list[i]->state->keeper = keeper_watch_hold(reload->keeper);
	return err;
}

/* 0, and the keeper is under way if there is need of one. */
static int prepare_keys(struct reload *reload)
{
	size_t count = 0;
	struct source **list = calloc(reload->next.sources.count + 1, sizeof(struct source *));
	int err = list != NULL ? 0 : -ENOMEM;

	if (err == 0)
		settle_states(reload, list, &count);
	if (err == 0 && count > 0)
		err = spawn_keeper(reload, list, count);
	free((void *)list);
	return err;
}

static void fail_as_wrong(struct reload *reload)
{
	log_error("SIGHUP: nothing is reloaded" STAYS);
	reload_end(reload, "the configuration is wrong");
}

/* The last that takes time. */
static void load_keys(struct reload *reload)
{
	if (prepare_keys(reload) != 0)
		fail_as_wrong(reload);
	else if (reload->keeper == NULL)
		reload_apply(reload);
	else
		log_info("SIGHUP: loading keys");
}

static void on_looked(void *owner, const char *fault)
{
	struct reload *reload = owner;

	reload->look = NULL;
	if (fault == NULL) {
		load_keys(reload);
		return;
	}
	log_error("%s", fault);
	fail_as_wrong(reload);
}

static int reload_prepare(struct reload *reload)
{
	struct front *front = reload->front;

	if (options_parse_again(reload->options, &reload->next) != OPTIONS_RUN)
		return -EINVAL;
	if (!listeners_suit(reload->listeners, &reload->next.sources))
		return -EINVAL;
	if (source_set_make_rules(&reload->next.sources, front->trusted_hosts,
				  reload->next.config_path) != 0)
		return -EINVAL;
	return secret_look_start(&front->files, &reload->next.secrets, &front->secrets,
				 (uint64_t)front->limits.secret_stall_seconds * 1000, on_looked,
				 reload, &reload->look);
}

void reload_begin(struct reload *reload)
{
	reload_cancel(reload);
	reload->is_pending = true;
	service_notify_reloading(reload->notify);
	if (reload_prepare(reload) != 0)
		fail_as_wrong(reload);
	else if (reload->look == NULL)
		load_keys(reload);
}
