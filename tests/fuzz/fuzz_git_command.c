/*
 * fuzz_git_command - the command that git has ssh run, and which of the shim's sockets serves its repository:
 * a line with the command, and lines of routes.
 */
#include <errno.h>

#include "shim/git_command.h"
#include "shim/repo_route.h"
#include "tests/fuzz/fuzz.h"

/* As git does it: in single quotes, those within by themselves behind a backslash. */
static void put_quoted(struct byte_buf *out, const char *text)
{
	byte_buf_put_u8(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '!')
			byte_buf_printf(out, "'\\%c'", *text);
		else
			byte_buf_put_u8(out, (uint8_t)*text);
	}
	byte_buf_put_u8(out, '\'');
}

/* However a path is quoted, it is the same path. */
static void check_quoted(const char *path)
{
	char again[REPO_PATH_SIZE];
	struct byte_buf command;

	if (strncmp(path, "--", 2) == 0)
		return;
	byte_buf_init(&command, 8 * REPO_PATH_SIZE);
	byte_buf_printf(&command, "git-upload-pack ");
	put_quoted(&command, path);
	byte_buf_put_u8(&command, '\0');
	FUZZ_CHECK(git_command_path((const char *)command.data, again, sizeof(again)) == 0);
	FUZZ_CHECK(strcmp(again, path) == 0);
	byte_buf_deinit(&command);
}

static void choose(struct byte_view routes, const char *path)
{
	struct repo_place place = {.port = 0};
	char socket[ROUTE_SOCKET_SIZE] = "";
	int err;

	FUZZ_CHECK(repo_place_set_host(&place, "git.example.com", 22) == 0);
	if (repo_place_set_path(&place, path) != 0)
		return;
	err = repo_route_choose(routes, &place, socket);
	FUZZ_CHECK(err == 0 || err == -ENOENT);
	if (err == 0)
		FUZZ_CHECK(socket[0] != '\0' && strlen(socket) < sizeof(socket) &&
			   memmem(routes.ptr, routes.len, socket, strlen(socket)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = newline != NULL ? (size_t)(newline - data) : size;
	struct byte_view routes = {data + len, size - len};
	char *command = strndup((const char *)data, len);
	char path[REPO_PATH_SIZE] = "";
	int err;

	FUZZ_CHECK(command != NULL);
	err = git_command_path(command, path, sizeof(path));
	FUZZ_CHECK(err == 0 || err == -ENOENT || err == -ENAMETOOLONG);
	if (err == 0) {
		FUZZ_CHECK(path[0] != '\0' && strlen(path) < len);
		check_quoted(path);
		choose(routes, path);
	}
	free(command);
	return 0;
}
