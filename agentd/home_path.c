#include "agentd/home_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *home_path(const char *path)
{
	const char *home = getenv("HOME");
	char *expanded;

	if (strncmp(path, "~/", 2) != 0)
		return strdup(path);
	if (home == NULL || home[0] == '\0') {
		errno = ENOENT;
		return NULL;
	}
	if (asprintf(&expanded, "%s%s", home, path + 1) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	return expanded;
}
