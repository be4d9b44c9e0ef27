#include "agentd/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/log.h"

void source_init(struct source *source, const char *id, enum source_kind kind)
{
	*source = (struct source){.kind = kind};
	snprintf(source->id, sizeof(source->id), "%s", id);
	source->rules.policy = &source->policy;
	TAILQ_INIT(&source->holders);
	TAILQ_INIT(&source->waiters);
}

void source_deinit(struct source *source)
{
	free(source->socket_path);
	for (size_t i = 0; i < source->file_count; i++)
		free(source->files[i]);
	free((void *)source->files);
	rules_deinit(&source->rules);
	policy_deinit(&source->policy);
}

void source_set_deinit(struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		source_deinit(set->list[i]);
		free(set->list[i]);
	}
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

/* Splits "ID[=REST]"; *rest is NULL where there is no '='. Reports a bad id. */
static int split_id(const char *option, const char *spec, char id[ID_NAME_MAX + 1],
		    const char **rest)
{
	const char *equals = strchr(spec, '=');
	struct byte_view name = view_of(spec);
	char escaped[LOG_ESCAPED_MAX];

	if (equals != NULL)
		name.len = (size_t)(equals - spec);
	if (!id_is_valid(name)) {
		log_error("%s %s: \"%s\" is not an id; an id is up to %d letters, digits, '.', '_' "
			  "or '-', and begins with a letter or digit",
			  option, spec, log_escape(name, escaped), ID_NAME_MAX);
		return -EINVAL;
	}
	memcpy(id, name.ptr, name.len);
	id[name.len] = '\0';
	*rest = equals != NULL ? equals + 1 : NULL;
	return 0;
}

static struct source *source_new(struct source_set *set, const char *id, enum source_kind kind)
{
	struct source **list = reallocarray((void *)set->list, set->count + 1, sizeof(*list));
	struct source *source = malloc(sizeof(*source));

	if (list != NULL)
		set->list = list;
	if (list == NULL || source == NULL) {
		free(source);
		return NULL;
	}
	source_init(source, id, kind);
	list[set->count++] = source;
	return source;
}

static int source_add_file(struct source *source, const char *file, size_t len)
{
	char **files = reallocarray((void *)source->files, source->file_count + 1, sizeof(*files));

	if (files == NULL)
		return -ENOMEM;
	source->files = files;
	files[source->file_count] = strndup(file, len);
	if (files[source->file_count] == NULL)
		return -ENOMEM;
	source->file_count++;
	return 0;
}

static int add_files(struct source_set *set, const char *option, const char *id, const char *files)
{
	struct source *source = source_find(set, id);

	if (source != NULL && source->kind != SOURCE_KEYS) {
		log_error(
			"%s: id \"%s\" already stands for an agent; give the key files another id",
			option, id);
		return -EINVAL;
	}
	if (source == NULL)
		source = source_new(set, id, SOURCE_KEYS);
	if (source == NULL)
		return -ENOMEM;
	for (const char *file = files;; file++) {
		size_t len = strcspn(file, ",");
		int err;

		if (len == 0) {
			log_error("%s %s=%s: a file name is missing", option, id, files);
			return -EINVAL;
		}
		err = source_add_file(source, file, len);
		if (err != 0)
			return err;
		file += len;
		if (*file == '\0')
			return 0;
	}
}

static int add_agent(struct source_set *set, const char *option, const char *id,
		     const char *socket_path)
{
	struct source *source;

	if (source_find(set, id) != NULL) {
		log_error("%s: id \"%s\" is there already; one id has one agent, or key files",
			  option, id);
		return -EINVAL;
	}
	if (socket_path == NULL)
		socket_path = getenv("SSH_AUTH_SOCK");
	if (socket_path == NULL || socket_path[0] == '\0') {
		log_error(
			"%s: id \"%s\": no agent is running here (SSH_AUTH_SOCK is not set); start "
			"one with eval \"$(ssh-agent)\", or offer key files with --key %s=FILE",
			option, id, id);
		return -EINVAL;
	}
	if (strlen(socket_path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		log_error(
			"%s: id \"%s\": the path %s is too long for a socket; make a symbolic link "
			"to its directory",
			option, id, socket_path);
		return -EINVAL;
	}
	source = source_new(set, id, SOURCE_AGENT);
	if (source == NULL)
		return -ENOMEM;
	source->socket_path = strdup(socket_path);
	return source->socket_path != NULL ? 0 : -ENOMEM;
}

int source_add_keys(struct source_set *set, const char *spec)
{
	char id[ID_NAME_MAX + 1];
	const char *files;
	int err = split_id("--key", spec, id, &files);

	if (err != 0)
		return err;
	if (files == NULL) {
		log_error("--key %s: which file? say --key %s=FILE", spec, spec);
		return -EINVAL;
	}
	return add_files(set, "--key", id, files);
}

int source_add_agent(struct source_set *set, const char *spec)
{
	char id[ID_NAME_MAX + 1];
	const char *socket_path;
	int err = split_id("--agent", spec, id, &socket_path);

	return err != 0 ? err : add_agent(set, "--agent", id, socket_path);
}

int source_add_ssh(struct source_set *set, const char *spec)
{
	char id[ID_NAME_MAX + 1];
	const char *path;
	struct stat info;
	int err = split_id("--ssh", spec, id, &path);

	if (err != 0)
		return err;
	if (path == NULL || (stat(path, &info) == 0 && S_ISSOCK(info.st_mode)))
		return add_agent(set, "--ssh", id, path);
	return add_files(set, "--ssh", id, path);
}
