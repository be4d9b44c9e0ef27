#include "agentd/config_sections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/config_path.h"
#include "agentd/config_reader.h"
#include "agentd/keeper/source.h"
#include "agentd/setting.h"

/* [daemon] */

static bool daemon_is_list(const char *name)
{
	return setting_is_list(setting_find(name));
}

/* The value with the file it names, if it names one, made whole. */
static int setting_value(const struct config_reader *reader, const struct setting *setting,
			 const char *value, char **whole, char reason[CONFIG_REASON_MAX])
{
	static const char unix_prefix[] = "unix:";
	bool is_file = setting->kind == SETTING_PATH || setting->kind == SETTING_PATHS ||
		       (setting->kind == SETTING_LOG && strcmp(value, "journal") != 0);
	bool is_unix = setting->kind == SETTING_LISTEN &&
		       strncmp(value, unix_prefix, strlen(unix_prefix)) == 0;
	char *path = NULL;
	int err;

	if (is_file)
		return config_path_expand(value, reader->path, whole, reason);
	if (!is_unix) {
		*whole = strdup(value);
		return *whole != NULL ? 0 : -ENOMEM;
	}
	err = config_path_expand(value + strlen(unix_prefix), reader->path, &path, reason);
	if (err == 0 && asprintf(whole, "%s%s", unix_prefix, path) < 0) {
		*whole = NULL;
		err = -ENOMEM;
	}
	free(path);
	return err;
}

static int daemon_set_one(struct config_reader *reader, const struct setting *setting,
			  const char *value, char reason[CONFIG_REASON_MAX])
{
	char *whole = NULL;
	int err = setting_value(reader, setting, value, &whole, reason);

	if (err == 0)
		err = setting_apply(setting, reader->options, whole, reason);
	free(whole);
	return err;
}

static int daemon_set(struct config_reader *reader, const char *name, const char *value,
		      char reason[CONFIG_REASON_MAX])
{
	const struct setting *setting = setting_find(name);
	struct byte_view word;
	int err = 0;

	if (!setting_is_list(setting))
		return daemon_set_one(reader, setting, value, reason);
	while (err == 0 && word_next(&value, &word)) {
		char *copy = strndup((const char *)word.ptr, word.len);

		err = copy != NULL ? daemon_set_one(reader, setting, copy, reason) : -ENOMEM;
		free(copy);
	}
	return err;
}

/* [limits] */

static bool has_no_lists(const char *name)
{
	(void)name;
	return false;
}

static int limits_set_key(struct config_reader *reader, const char *name, const char *value,
			  char reason[CONFIG_REASON_MAX])
{
	return limits_set(&reader->options->limits, name, value, reason);
}

/* [id NAME] */

static const char *id_name(size_t index)
{
	static const char *const backing[] = {"key", "agent"};
	enum { BACKING_COUNT = sizeof(backing) / sizeof(backing[0]) };

	return index < BACKING_COUNT ? backing[index] : policy_name(index - BACKING_COUNT);
}

static bool id_is_list(const char *name)
{
	return strcmp(name, "key") == 0 || policy_name_is_list(name);
}

static bool id_begin(struct config_reader *reader, const char *which)
{
	char escaped[LOG_ESCAPED_MAX];

	reader->source = NULL;
	if (!id_is_valid(view_of(which))) {
		config_complain(reader, reader->line, "[id %s]: " ID_RULE,
				log_escape(view_of(which), escaped), ID_NAME_MAX);
		return false;
	}
	if (source_find(&reader->options->sources, which) != NULL) {
		config_complain(reader, reader->line, "[id %s] is there already, on line %u", which,
				source_find(&reader->options->sources, which)->config_line);
		return false;
	}
	reader->source = source_set_add(&reader->options->sources, which);
	if (reader->source == NULL) {
		reader->err = -ENOMEM;
		return false;
	}
	reader->source->config_line = reader->line;
	return true;
}

static void id_end(struct config_reader *reader)
{
	struct trusted_hosts *trusted = trusted_hosts_new();
	char reason[POLICY_REASON_MAX] = "";
	struct rules rules;
	int err = -ENOMEM;

	/* What shows only when a policy is made ready, said with its line. */
	if (trusted != NULL)
		err = rules_init(&rules, &reader->source->policy, trusted, reason);
	if (err == -ENOMEM)
		reader->err = err;
	else if (err != 0)
		config_complain(reader, reader->section_line, "[id %s]: %s", reader->source->id,
				reason);
	else
		rules_deinit(&rules);
	trusted_hosts_free(trusted);
}

static int id_add_keys(struct config_reader *reader, const char *where, const char *value,
		       char reason[CONFIG_REASON_MAX])
{
	struct byte_view word;
	int err = 0;

	while (err == 0 && word_next(&value, &word)) {
		char *name = strndup((const char *)word.ptr, word.len);
		char *path = NULL;

		if (name == NULL)
			return -ENOMEM;
		if (source_is_file(name))
			err = config_path_expand(name, reader->path, &path, reason);
		if (err == 0)
			err = source_add_file(reader->source, where, path != NULL ? path : name);
		free(path);
		free(name);
	}
	return err;
}

static int id_set_agent(struct config_reader *reader, const char *where, const char *value,
			char reason[CONFIG_REASON_MAX])
{
	char *path = NULL;
	int err;

	if (value[0] == '\0' || strcmp(value, "auto") == 0)
		return source_set_agent(reader->source, where, NULL);
	err = config_path_expand(value, reader->path, &path, reason);
	if (err == 0)
		err = source_set_agent(reader->source, where, path);
	free(path);
	return err;
}

static int id_set(struct config_reader *reader, const char *name, const char *value,
		  char reason[CONFIG_REASON_MAX])
{
	char where[CONFIG_WHERE_MAX + 32];

	snprintf(where, sizeof(where), "%.*s:%u: %s", CONFIG_WHERE_MAX, reader->path, reader->line,
		 name);
	if (strcmp(name, "key") == 0)
		return id_add_keys(reader, where, value, reason);
	if (strcmp(name, "agent") == 0)
		return id_set_agent(reader, where, value, reason);
	return policy_set(&reader->source->policy, name, value, reason);
}

/* [secret ID] */

static const char *secret_name(size_t index)
{
	static const char *const names[] = {"src", "env"};

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static bool secret_begin(struct config_reader *reader, const char *which)
{
	char escaped[LOG_ESCAPED_MAX];

	if (!id_is_valid(view_of(which))) {
		config_complain(reader, reader->line, "[secret %s]: " ID_RULE,
				log_escape(view_of(which), escaped), ID_NAME_MAX);
		return false;
	}
	snprintf(reader->secret.name, sizeof(reader->secret.name), "%s", which);
	return true;
}

/* What it says is said; only now is it looked at. */
static void secret_end(struct config_reader *reader)
{
	const struct secret_spec spec = {
		.name = reader->secret.name, .src = reader->secret.src, .env = reader->secret.env};
	char reason[SECRET_SET_REASON_MAX] = "neither src nor env is given";
	int err = -EINVAL;

	/* A command line may leave the source to chance, as BuildKit's does; a file says it. */
	if (spec.src != NULL || spec.env != NULL)
		err = secret_set_add(&reader->options->secrets, &spec, reason);
	if (err == -ENOMEM)
		reader->err = err;
	else if (err != 0)
		config_complain(reader, reader->section_line, "[secret %s]: %s", spec.name, reason);
	free(reader->secret.src);
	free(reader->secret.env);
	reader->secret.src = NULL;
	reader->secret.env = NULL;
}

static int secret_set_key(struct config_reader *reader, const char *name, const char *value,
			  char reason[CONFIG_REASON_MAX])
{
	if (value[0] == '\0') {
		snprintf(reason, CONFIG_REASON_MAX, "it is empty");
		return -EINVAL;
	}
	if (strcmp(name, "src") == 0)
		return config_path_expand(value, reader->path, &reader->secret.src, reason);
	reader->secret.env = strdup(value);
	return reader->secret.env != NULL ? 0 : -ENOMEM;
}

/* All of them. A key is one more of a section's names; what the names set has its table elsewhere. */

static const struct section_kind section_kinds[] = {
	{"daemon", NULL, NULL, NULL, setting_name, daemon_is_list, daemon_set},
	{"limits", NULL, NULL, NULL, limits_name, has_no_lists, limits_set_key},
	{"id", "NAME", id_begin, id_end, id_name, id_is_list, id_set},
	{"secret", "ID", secret_begin, secret_end, secret_name, has_no_lists, secret_set_key},
	{NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

int config_sections_read(struct byte_view text, const char *path, struct options *options)
{
	return config_reader_run(section_kinds, text, path, options);
}
