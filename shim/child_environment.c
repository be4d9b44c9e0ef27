#include "shim/child_environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_path(const char *bin_dir)
{
	const char *old = getenv("PATH");
	char *path;
	int err;

	/* Without one every program has its own idea of it, which we would take away. */
	if (old == NULL || old[0] == '\0' || strchr(bin_dir, ':') != NULL)
		return 0;
	if (asprintf(&path, "%s:%s", bin_dir, old) < 0)
		return -ENOMEM;
	err = setenv("PATH", path, 1) == 0 ? 0 : -ENOMEM;
	free(path);
	return err;
}

static int put_git_ssh(const char *bin_dir)
{
	char *program;
	int err;

	if (getenv("GIT_SSH") != NULL || getenv("GIT_SSH_COMMAND") != NULL)
		return 0;
	if (asprintf(&program, "%s/ssh", bin_dir) < 0)
		return -ENOMEM;
	err = setenv("GIT_SSH", program, 1) == 0 ? 0 : -ENOMEM;
	free(program);
	return err;
}

int child_environment_put_ssh(const char *bin_dir)
{
	int err = put_path(bin_dir);

	if (err == 0)
		err = put_git_ssh(bin_dir);
	if (err == 0 && setenv("CARGO_NET_GIT_FETCH_WITH_CLI", "true", 0) != 0)
		err = -ENOMEM;
	return err;
}
