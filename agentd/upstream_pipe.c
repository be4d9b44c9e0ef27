#include "agentd/upstream_pipe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/keeper/keeper.h"

uv_pipe_t *upstream_pipe_new(uv_loop_t *loop, void *data)
{
	uv_pipe_t *pipe = malloc(sizeof(*pipe));

	if (pipe == NULL)
		return NULL;
	uv_pipe_init(loop, pipe, 0);
	pipe->data = data;
	return pipe;
}

int upstream_pipe_open(uv_pipe_t *pipe, int control_fd, const char *id)
{
	int ends[2];
	int err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -EMFILE;
	err = keeper_serve(control_fd, id, ends[1]);
	close(ends[1]);
	if (err == 0)
		err = uv_pipe_open(pipe, ends[0]);
	if (err < 0)
		close(ends[0]);
	return err;
}

const char *upstream_pipe_fault(int err)
{
	switch (err) {
	case UV_ENOENT:
		return "the socket of the agent is gone";
	case UV_ECONNREFUSED:
		return "nobody listens at the socket of the agent any more";
	case UV_EACCES:
	case UV_EPERM:
		return "the daemon's user may not use the socket of the agent";
	case UV_EMFILE:
	case UV_ENFILE:
		return "the daemon is out of file descriptors";
	default:
		return uv_strerror(err);
	}
}

void upstream_pipe_alloc(uv_handle_t *pipe, size_t suggested, uv_buf_t *buf)
{
	static char shared[65536];

	(void)pipe;
	(void)suggested;
	*buf = uv_buf_init(shared, sizeof(shared));
}
