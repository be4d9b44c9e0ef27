#include "agentd/source.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/log.h"

int source_init(struct source *source, const char *id)
{
	*source = (struct source){.kind = SOURCE_AGENT};
	snprintf(source->id, sizeof(source->id), "%s", id);
	source->rules.policy = &source->policy;
	source->state = source_state_new();
	return source->state != NULL ? 0 : -ENOMEM;
}

/* As if nothing had backed it. */
static void source_unback(struct source *source)
{
	free(source->socket_path);
	for (size_t i = 0; i < source->file_count; i++)
		free(source->files[i]);
	free((void *)source->files);
	source->socket_path = NULL;
	source->files = NULL;
	source->file_count = 0;
	source->kind = SOURCE_AGENT;
}

void source_deinit(struct source *source)
{
	assert(source->user_count == 0);
	source_state_release(source->state);
	source_unback(source);
	rules_deinit(&source->rules);
	policy_deinit(&source->policy);
}

static void source_free(struct source *source)
{
	source_deinit(source);
	free(source);
}

void source_hold(struct source *source)
{
	source->user_count++;
}

void source_release(struct source *source)
{
	if (--source->user_count == 0 && source->is_retired)
		source_free(source);
}

void source_set_retire(struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		set->list[i]->is_retired = true;
		if (set->list[i]->user_count == 0)
			source_free(set->list[i]);
	}
	free((void *)set->list);
	*set = (struct source_set){0};
}

struct source *source_set_add(struct source_set *set, const char *id)
{
	struct source **list =
		reallocarray((void *)set->list, set->count + 1, sizeof(struct source *));
	struct source *source = malloc(sizeof(*source));

	if (list != NULL)
		set->list = list;
	if (list == NULL || source == NULL || source_init(source, id) != 0) {
		free(source);
		return NULL;
	}
	list[set->count++] = source;
	return source;
}

void source_set_drop(struct source_set *set, size_t index)
{
	source_free(set->list[index]);
	set->count--;
	for (size_t i = index; i < set->count; i++)
		set->list[i] = set->list[i + 1];
}

void source_set_deinit(struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		source_free(set->list[i]);
	free((void *)set->list);
	*set = (struct source_set){0};
}

struct source *source_find(const struct source_set *set, const char *id)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->list[i]->id, id) == 0)
			return set->list[i];
	}
	return NULL;
}

struct source *source_default(const struct source_set *set)
{
	return set->count == 1 ? set->list[0] : source_find(set, "default");
}

bool source_set_has_keys(const struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->list[i]->kind == SOURCE_KEYS)
			return true;
	}
	return false;
}

bool source_is_backed(const struct source *source)
{
	return source->socket_path != NULL || source->file_count > 0;
}

int source_add_file(struct source *source, const char *where, const char *name)
{
	char **files;

	if (source->socket_path != NULL) {
		log_error("%s: id \"%s\" already stands for an agent; give the key files another "
			  "id",
			  where, source->id);
		return -EINVAL;
	}
	if (name[0] == '\0') {
		log_error("%s: a file name is missing", where);
		return -EINVAL;
	}
	files = reallocarray((void *)source->files, source->file_count + 1, sizeof(*files));
	if (files == NULL)
		return -ENOMEM;
	source->files = files;
	files[source->file_count] = strdup(name);
	if (files[source->file_count] == NULL)
		return -ENOMEM;
	source->file_count++;
	source->kind = SOURCE_KEYS;
	return 0;
}

int source_set_agent(struct source *source, const char *where, const char *socket_path)
{
	if (source_is_backed(source)) {
		log_error("%s: id \"%s\" is there already; one id has one agent, or key files",
			  where, source->id);
		return -EINVAL;
	}
	if (socket_path == NULL)
		socket_path = getenv("SSH_AUTH_SOCK");
	if (socket_path == NULL || socket_path[0] == '\0') {
		log_error(
			"%s: id \"%s\": no agent is running here (SSH_AUTH_SOCK is not set); start "
			"one with eval \"$(ssh-agent)\", or offer key files with --key %s=FILE",
			where, source->id, source->id);
		return -EINVAL;
	}
	if (strlen(socket_path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		log_error(
			"%s: id \"%s\": the path %s is too long for a socket; make a symbolic link "
			"to its directory",
			where, source->id, socket_path);
		return -EINVAL;
	}
	source->socket_path = strdup(socket_path);
	return source->socket_path != NULL ? 0 : -ENOMEM;
}

/* What one option of the command line is about. */
struct spec {
	const char *where; /* the option and its value, for messages */
	struct source *source;
	const char *rest; /* behind the '='; NULL where there is none */
	bool is_new;	  /* the source was made for it */
};

/* Splits "ID[=REST]", and finds or makes the source. Reports a bad id. */
static int spec_begin(struct source_set *set, const char *where, const char *text,
		      struct spec *spec)
{
	const char *equals = strchr(text, '=');
	struct byte_view name = view_of(text);
	char escaped[LOG_ESCAPED_MAX];
	char id[ID_NAME_MAX + 1];

	if (equals != NULL)
		name.len = (size_t)(equals - text);
	if (!id_is_valid(name)) {
		log_error("%s: \"%s\" is not an id; " ID_RULE, where, log_escape(name, escaped),
			  ID_NAME_MAX);
		return -EINVAL;
	}
	memcpy(id, name.ptr, name.len);
	id[name.len] = '\0';
	*spec = (struct spec){.where = where, .rest = equals != NULL ? equals + 1 : NULL};
	spec->source = source_find(set, id);
	spec->is_new = spec->source == NULL;
	if (spec->is_new)
		spec->source = source_set_add(set, id);
	if (spec->source == NULL)
		return -ENOMEM;
	if (!spec->source->is_from_commandline)
		source_unback(spec->source);
	spec->source->is_from_commandline = true;
	return 0;
}

/* A source that came to nothing goes again. */
static int spec_end(struct source_set *set, const struct spec *spec, int err)
{
	if (err != 0 && spec->is_new)
		source_set_drop(set, set->count - 1);
	return err;
}

static int spec_add_files(const struct spec *spec)
{
	const char *file = spec->rest;
	int err = 0;

	while (err == 0 && file != NULL) {
		size_t len = strcspn(file, ",");
		char *name = strndup(file, len);

		err = name != NULL ? source_add_file(spec->source, spec->where, name) : -ENOMEM;
		free(name);
		file = file[len] == ',' ? file + len + 1 : NULL;
	}
	return err;
}

static int add_keys(struct source_set *set, const char *where, const char *text)
{
	struct spec spec;
	int err = spec_begin(set, where, text, &spec);

	if (err != 0)
		return err;
	if (spec.rest == NULL) {
		log_error("%s: which file? say --key %s=FILE", where, text);
		err = -EINVAL;
	} else {
		err = spec_add_files(&spec);
	}
	return spec_end(set, &spec, err);
}

static int add_agent(struct source_set *set, const char *where, const char *text)
{
	struct spec spec;
	int err = spec_begin(set, where, text, &spec);

	if (err == 0)
		err = spec_end(set, &spec, source_set_agent(spec.source, where, spec.rest));
	return err;
}

static bool is_socket(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISSOCK(info.st_mode);
}

/* Runs add on text, with "OPTION TEXT" for its messages. */
static int add_option(struct source_set *set, const char *option, const char *text,
		      int (*add)(struct source_set *set, const char *where, const char *text))
{
	char *where = NULL;
	int err;

	if (asprintf(&where, "%s %s", option, text) < 0)
		return -ENOMEM;
	err = add(set, where, text);
	free(where);
	return err;
}

int source_add_keys(struct source_set *set, const char *spec)
{
	return add_option(set, "--key", spec, add_keys);
}

int source_add_agent(struct source_set *set, const char *spec)
{
	return add_option(set, "--agent", spec, add_agent);
}

int source_add_ssh(struct source_set *set, const char *spec)
{
	const char *equals = strchr(spec, '=');
	bool is_agent = equals == NULL || is_socket(equals + 1);

	return add_option(set, "--ssh", spec, is_agent ? add_agent : add_keys);
}
