#include "agentd/config_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_NAME "ssh-forward-agentd/config"

/* NULL unless it is set, and to an absolute path (as the XDG Base Directory Specification has it). */
static const char *directory_from(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] == '/' ? value : NULL;
}

int config_path_expand(const char *name, const char *config_path, char **path,
		       char reason[CONFIG_PATH_REASON_MAX])
{
	const char *slash = strrchr(config_path, '/');
	const char *home = directory_from("HOME");
	char *expanded = NULL;
	int len;

	if (name[0] == '\0') {
		snprintf(reason, CONFIG_PATH_REASON_MAX, "a file name is missing");
		return -EINVAL;
	}
	if (name[0] == '~' && name[1] != '/') {
		snprintf(reason, CONFIG_PATH_REASON_MAX,
			 "only ~/ stands for a home directory; write the path, or ./~ for a file");
		return -EINVAL;
	}
	if (name[0] == '~' && home == NULL) {
		snprintf(reason, CONFIG_PATH_REASON_MAX, "~/ means nothing: HOME is not set");
		return -EINVAL;
	}
	if (name[0] == '~')
		len = asprintf(&expanded, "%s%s", home, name + 1);
	else if (name[0] == '/' || slash == NULL)
		len = asprintf(&expanded, "%s", name);
	else
		len = asprintf(&expanded, "%.*s/%s", (int)(slash - config_path), config_path, name);
	if (len < 0)
		return -ENOMEM;
	*path = expanded;
	return 0;
}

int config_path_default(size_t index, char **path)
{
	const char *config_home = directory_from("XDG_CONFIG_HOME");
	const char *home = directory_from("HOME");
	char *found = NULL;
	int len;

	if (config_home == NULL && home == NULL)
		index++; /* a user without a home has the machine's only */
	if (index == 0 && config_home != NULL)
		len = asprintf(&found, "%s/" CONFIG_NAME, config_home);
	else if (index == 0)
		len = asprintf(&found, "%s/.config/" CONFIG_NAME, home);
	else if (index == 1)
		len = asprintf(&found, "/etc/" CONFIG_NAME);
	else
		return -ENOENT;
	if (len < 0)
		return -ENOMEM;
	*path = found;
	return 0;
}
