#include "shim/wrapper_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "shim/agent_sockets.h"
#include "shim/write_all.h"

bool wrapper_is_needed(const struct offer *offer)
{
	return offer->known_hosts.len > 0 || offer->repo_count > 0;
}

static int write_file(const struct workdir *workdir, const char *name, struct byte_view content)
{
	int fd = openat(workdir->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, content);
	if (err == 0 && fchmod(fd, 0444) != 0)
		err = -errno;
	close(fd);
	return err;
}

static int make_links(const struct workdir *workdir)
{
	static const char *const names[] = {WRAPPER_NAMES};
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	int err = 0;
	int fd;

	if (len < 0)
		return -errno;
	program[len] = '\0';
	if (mkdirat(workdir->fd, WORKDIR_BIN, 0700) != 0)
		return -errno;
	fd = openat(workdir->fd, WORKDIR_BIN, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (size_t i = 0; err == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		err = symlinkat(program, fd, names[i]) == 0 ? 0 : -errno;
	if (err == 0 && fchmod(fd, 0755) != 0)
		err = -errno;
	close(fd);
	return err;
}

void wrapper_socket_of(const struct offer_id *id, const struct offer_id *by_default,
		       char socket[ROUTE_SOCKET_SIZE])
{
	if (id == by_default)
		snprintf(socket, ROUTE_SOCKET_SIZE, "%s", WORKDIR_SOCKET);
	else
		snprintf(socket, ROUTE_SOCKET_SIZE, WORKDIR_IDS "/%.*s%s", ID_NAME_MAX, id->name,
			 AGENT_SOCKETS_SUFFIX);
}

void wrapper_put_routes(struct byte_buf *text, const struct offer *offer,
			const struct offer_id *by_default)
{
	char socket[ROUTE_SOCKET_SIZE];

	for (size_t i = 0; i < offer->repo_count; i++) {
		const struct offer_repo *repo = &offer->repos[i];
		const struct offer_id *id = offer_find(offer, repo->id);

		if (id == NULL || !id->is_available) {
			log_warn("repository %s: its id %s is unavailable, so %s is used for it",
				 repo->pattern, repo->id,
				 by_default != NULL ? "the step's own" : "none");
			continue;
		}
		wrapper_socket_of(id, by_default, socket);
		byte_buf_printf(text, "%s %s\n", socket, repo->pattern);
	}
}

static int write_routes(const struct workdir *workdir, const struct offer *offer,
			const struct offer_id *by_default)
{
	struct byte_buf text;
	int err;

	byte_buf_init(&text, WRAPPER_ROUTES_MAX);
	wrapper_put_routes(&text, offer, by_default);
	err = byte_buf_status(&text);
	if (err == 0 && text.len > 0)
		err = write_file(workdir, WORKDIR_ROUTES, byte_buf_view(&text));
	byte_buf_deinit(&text);
	return err;
}

int wrapper_files_make(const struct workdir *workdir, const struct offer *offer,
		       const struct offer_id *by_default, char *error, size_t error_size)
{
	int err = make_links(workdir);

	if (err == 0 && offer->known_hosts.len > 0)
		err = write_file(workdir, WORKDIR_KNOWN_HOSTS, byte_buf_view(&offer->known_hosts));
	if (err == 0)
		err = write_routes(workdir, offer, by_default);
	if (err != 0)
		snprintf(error, error_size,
			 "no ssh of our own in %s: %s (--no-ssh-wrapper does without one)",
			 workdir->path, strerror(-err));
	return err;
}

void wrapper_read_routes(const char *path, struct byte_buf *routes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char chunk[4096];
	ssize_t got;

	if (fd < 0)
		return;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		byte_buf_put_bytes(routes, chunk, (size_t)got);
	close(fd);
}
