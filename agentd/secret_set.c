#include "agentd/secret_set.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agentd/home_path.h"
#include "common/log.h"

const struct offered_secret *secret_set_find(const struct secret_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->list[i].name, name) == 0)
			return &set->list[i];
	}
	return NULL;
}

static void offered_secret_deinit(struct offered_secret *secret)
{
	locked_memory_deinit(&secret->content);
	free(secret->path);
}

void secret_set_deinit(struct secret_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		offered_secret_deinit(&set->list[i]);
	free(set->list);
	*set = (struct secret_set){0};
}

/* The daemon may leave its working directory. NULL, and errno. */
static char *absolute_path(const char *path)
{
	char here[PATH_MAX];
	char *absolute = home_path(path);
	char *relative = absolute;

	if (absolute == NULL || absolute[0] == '/')
		return absolute;
	if (getcwd(here, sizeof(here)) == NULL || asprintf(&absolute, "%s/%s", here, relative) < 0)
		absolute = NULL;
	free(relative);
	return absolute;
}

int secret_set_look(const char *path, dev_t *device, char reason[SECRET_SET_REASON_MAX])
{
	struct stat st;

	if (stat(path, &st) != 0) {
		snprintf(reason, SECRET_SET_REASON_MAX, "%s: %s", path, strerror(errno));
		return -EINVAL;
	}
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		snprintf(
			reason, SECRET_SET_REASON_MAX,
			"%s is neither a file nor a directory; a value that is in no file can come "
			"from a variable: env=NAME",
			path);
		return -EINVAL;
	}
	*device = st.st_dev;
	return 0;
}

static int take_file(struct offered_secret *secret, const char *path, bool is_left,
		     char reason[SECRET_SET_REASON_MAX])
{
	secret->path = absolute_path(path);
	if (secret->path == NULL) {
		snprintf(reason, SECRET_SET_REASON_MAX, "%s: %s", path,
			 errno == ENOENT ? "HOME is not set" : strerror(errno));
		return -EINVAL;
	}
	return is_left ? 0 : secret_set_look(secret->path, &secret->device, reason);
}

static int take_variable(struct offered_secret *secret, const char *name,
			 char reason[SECRET_SET_REASON_MAX])
{
	const char *value = getenv(name);

	if (value == NULL) {
		snprintf(reason, SECRET_SET_REASON_MAX,
			 "there is no variable %s in the environment", name);
		return -EINVAL;
	}
	secret->content_len = strlen(value);
	if (secret->content_len == 0)
		return 0;
	if (locked_memory_init(&secret->content, secret->content_len) != 0)
		return -ENOMEM;
	if (!secret->content.is_locked)
		log_warn(
			"the secret \"%s\" may be swapped to disk: more memory than that cannot be "
			"locked (ulimit -l)",
			secret->name);
	memcpy(secret->content.data, value, secret->content_len);
	return 0;
}

static int take_content(struct offered_secret *secret, const struct secret_spec *spec, bool is_left,
			char reason[SECRET_SET_REASON_MAX])
{
	bool is_env = spec->type != NULL && strcmp(spec->type, "env") == 0;
	const char *src = spec->src;
	const char *env = spec->env;

	if (is_env && env == NULL) {
		env = src;
		src = NULL;
	}
	if (src != NULL && env != NULL) {
		snprintf(reason, SECRET_SET_REASON_MAX, "src and env are both given: which is it?");
		return -EINVAL;
	}
	if (src == NULL && env == NULL) {
		if (is_env || (spec->type == NULL && getenv(spec->name) != NULL))
			env = spec->name;
		else
			src = spec->name;
	}
	return env != NULL ? take_variable(secret, env, reason)
			   : take_file(secret, src, is_left, reason);
}

int secret_set_add(struct secret_set *set, const struct secret_spec *spec,
		   char reason[SECRET_SET_REASON_MAX])
{
	struct offered_secret secret = {0};
	struct offered_secret *list;
	int err;

	if (spec->name == NULL || !id_is_valid(view_of(spec->name))) {
		snprintf(reason, SECRET_SET_REASON_MAX,
			 "the name of a secret is up to %d letters, digits, '.', '_' or '-', and "
			 "begins with a letter or digit",
			 ID_NAME_MAX);
		return -EINVAL;
	}
	if (spec->type != NULL && strcmp(spec->type, "file") != 0 &&
	    strcmp(spec->type, "env") != 0) {
		snprintf(reason, SECRET_SET_REASON_MAX, "type is file or env");
		return -EINVAL;
	}
	if (secret_set_find(set, spec->name) != NULL) {
		snprintf(reason, SECRET_SET_REASON_MAX, "the secret \"%s\" is there already",
			 spec->name);
		return -EINVAL;
	}
	snprintf(secret.name, sizeof(secret.name), "%s", spec->name);
	err = take_content(&secret, spec, set->leaves_files, reason);
	list = err == 0 ? reallocarray(set->list, set->count + 1, sizeof(*list)) : NULL;
	if (list == NULL) {
		offered_secret_deinit(&secret);
		return err == 0 ? -ENOMEM : err;
	}
	set->list = list;
	list[set->count++] = secret;
	return 0;
}

/* One "KEY=VALUE" of the option; *field is cut at its '='. */
static int take_field(char *field, struct secret_spec *spec, char reason[SECRET_SET_REASON_MAX])
{
	char *value = strchr(field, '=');

	if (value == NULL || value[1] == '\0') {
		snprintf(reason, SECRET_SET_REASON_MAX, "\"%s\" is not KEY=VALUE", field);
		return -EINVAL;
	}
	*value++ = '\0';
	if (strcasecmp(field, "id") == 0) {
		spec->name = value;
	} else if (strcasecmp(field, "src") == 0 || strcasecmp(field, "source") == 0) {
		spec->src = value;
	} else if (strcasecmp(field, "env") == 0) {
		spec->env = value;
	} else if (strcasecmp(field, "type") == 0) {
		spec->type = value;
	} else {
		snprintf(reason, SECRET_SET_REASON_MAX,
			 "\"%s\" is unknown; say id, src, env or type", field);
		return -EINVAL;
	}
	return 0;
}

int secret_set_add_option(struct secret_set *set, const char *option)
{
	struct secret_spec spec = {0};
	char reason[SECRET_SET_REASON_MAX];
	char *copy = strdup(option);
	char *rest = copy;
	char *field;
	int err = copy != NULL ? 0 : -ENOMEM;

	while (err == 0 && (field = strsep(&rest, ",")) != NULL)
		err = take_field(field, &spec, reason);
	if (err == 0)
		err = secret_set_add(set, &spec, reason);
	if (err == -EINVAL)
		log_error("--secret %s: %s", option, reason);
	else if (err != 0)
		log_error("--secret %s: %s", option, strerror(-err));
	free(copy);
	return err;
}
