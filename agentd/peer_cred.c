#include "agentd/peer_cred.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool take(int fd, struct ucred *peer)
{
	socklen_t len = sizeof(*peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &len) == 0;
}

bool peer_cred_is_ours(int fd, char text[ADDRESS_TEXT_MAX])
{
	struct ucred peer;

	if (!take(fd, &peer)) {
		snprintf(text, ADDRESS_TEXT_MAX, "unknown");
		return false;
	}
	snprintf(text, ADDRESS_TEXT_MAX, "uid=%ld,pid=%ld", (long)peer.uid, (long)peer.pid);
	return peer.uid == 0 || peer.uid == geteuid();
}

bool peer_cred_shares_our_files(int fd)
{
	char path[64];
	struct ucred peer;
	struct stat ours;
	struct stat theirs;

	if (!take(fd, &peer))
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/ns/mnt", (long)peer.pid);
	return stat("/proc/self/ns/mnt", &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}
