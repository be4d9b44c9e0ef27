#include "shim/unix_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int unix_path_choose(const char *path, const char *id, char *out, size_t out_size)
{
	const char *slash = strrchr(path, '/');
	int dir_len = (int)strlen(path);
	struct stat st;

	if (stat(path, &st) != 0) {
		snprintf(out, out_size, "%s", strerror(errno));
		return -ENOENT;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (id == NULL) {
			snprintf(out, out_size, "%s", path);
			return 0;
		}
		dir_len = slash != NULL ? (int)(slash - path) : 0;
	}
	if (id == NULL)
		snprintf(out, out_size, "%s/agent.sock", path);
	else
		snprintf(out, out_size, "%.*s/ids/%s.sock", dir_len, path, id);
	if (stat(out, &st) == 0)
		return 0;
	if (id == NULL)
		snprintf(out, out_size,
			 "holds no agent.sock: the daemon serves several ids, and "
			 "none is the default; say which with --id");
	else
		snprintf(
			out, out_size,
			"id \"%s\" is not offered: no socket ids/%s.sock there; mount the daemon's "
			"whole directory to choose between ids",
			id, id);
	return -EPERM;
}
