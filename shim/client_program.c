#include "shim/client_program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/workdir.h"

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin"; /* as shells have it */

static bool is_program(const char *path, const struct stat *self)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_dev != self->st_dev || st.st_ino != self->st_ino) &&
	       faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* Of a shim, this or another: ".../PREFIX.../bin". */
static bool is_of_shim(const char *dir, size_t len)
{
	static const char prefix[] = "/" WORKDIR_PREFIX;
	static const char bin[] = "/" WORKDIR_BIN;
	size_t bin_len = strlen(bin);
	const char *name;

	if (len <= bin_len || memcmp(dir + len - bin_len, bin, bin_len) != 0)
		return false;
	name = memrchr(dir, '/', len - bin_len);
	return name != NULL && (size_t)(dir + len - name) >= strlen(prefix) + bin_len &&
	       memcmp(name, prefix, strlen(prefix)) == 0;
}

bool client_program_find(const char *name, const char *search_path, const struct stat *self,
			 char out[PATH_MAX])
{
	const char *dir = search_path != NULL ? search_path : default_path;

	for (;;) {
		size_t len = strcspn(dir, ":");
		/* An empty entry is the working directory, as for every shell. */
		int written = snprintf(out, PATH_MAX, "%.*s%s%s", (int)len, dir,
				       len > 0 ? "/" : "./", name);

		if (written < PATH_MAX && !is_of_shim(dir, len) && is_program(out, self))
			return true;
		if (dir[len] == '\0')
			return false;
		dir += len + 1;
	}
}

bool client_program_is_dropbear(const char *path)
{
	char resolved[PATH_MAX];
	const char *name;

	if (realpath(path, resolved) == NULL)
		return false;
	name = strrchr(resolved, '/') + 1;
	return strncmp(name, "dropbear", 8) == 0 || strcmp(name, "dbclient") == 0;
}
