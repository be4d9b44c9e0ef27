#include "shim/secret_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/unpack.h"
#include "shim/write_all.h"

static int make_file(struct secret_content *content, int parent_fd, const char *name)
{
	content->fd =
		openat(parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return content->fd >= 0 ? 0 : -errno;
}

static int make_directory(struct secret_content *content, int parent_fd, const char *name)
{
	if (mkdirat(parent_fd, name, 0700) != 0)
		return -errno;
	content->fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (content->fd < 0)
		return -errno;
	content->unpack = malloc(sizeof(*content->unpack));
	if (content->unpack == NULL)
		return -ENOMEM;
	unpack_init(content->unpack, content->fd);
	return 0;
}

int secret_content_init(struct secret_content *content, int parent_fd, const char *name,
			bool is_directory, const char *env)
{
	int err = 0;

	*content = (struct secret_content){.env = env, .fd = -1};
	if (env != NULL) {
		err = locked_memory_init(&content->variable, SECRET_VARIABLE_SIZE);
		if (err == 0)
			content->variable_len = (size_t)snprintf((char *)content->variable.data,
								 SECRET_VARIABLE_SIZE, "%s=", env);
	}
	if (err == 0 && parent_fd >= 0)
		err = is_directory ? make_directory(content, parent_fd, name)
				   : make_file(content, parent_fd, name);
	if (err != 0)
		secret_content_deinit(content);
	return err;
}

static int put_variable(struct secret_content *content, struct byte_view bytes)
{
	if (bytes.len >= SECRET_VARIABLE_SIZE - content->variable_len)
		return -E2BIG;
	memcpy(content->variable.data + content->variable_len, bytes.ptr, bytes.len);
	content->variable_len += bytes.len;
	return 0;
}

int secret_content_put(struct secret_content *content, struct byte_view bytes)
{
	int err = 0;

	if (content->env != NULL)
		err = put_variable(content, bytes);
	if (err == 0 && content->unpack != NULL)
		return unpack_push(content->unpack, bytes);
	if (err == 0 && content->fd >= 0)
		err = write_all(content->fd, bytes);
	return err;
}

int secret_content_finish(struct secret_content *content, const struct tree_access *access)
{
	int err = 0;

	if (content->env != NULL && strlen((char *)content->variable.data) < content->variable_len)
		return -EINVAL;
	if (content->unpack != NULL)
		err = unpack_finish(content->unpack);
	if (err == 0 && content->fd >= 0)
		err = tree_set_access(content->fd, access);
	return err;
}

void secret_content_deinit(struct secret_content *content)
{
	if (content->unpack != NULL)
		unpack_deinit(content->unpack);
	free(content->unpack);
	if (content->fd >= 0)
		close(content->fd);
	locked_memory_deinit(&content->variable);
	*content = (struct secret_content){.fd = -1};
}
