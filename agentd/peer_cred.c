#include "agentd/peer_cred.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

bool peer_cred_is_ours(int fd, char text[ADDRESS_TEXT_MAX])
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
		snprintf(text, ADDRESS_TEXT_MAX, "unknown");
		return false;
	}
	snprintf(text, ADDRESS_TEXT_MAX, "uid=%ld,pid=%ld", (long)peer.uid, (long)peer.pid);
	return peer.uid == 0 || peer.uid == geteuid();
}
