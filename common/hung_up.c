#include "common/hung_up.h"

#include <poll.h>

bool is_hung_up(int fd)
{
	struct pollfd peer = {.fd = fd};

	return poll(&peer, 1, 0) == 1 && (peer.revents & (POLLHUP | POLLERR)) != 0;
}
