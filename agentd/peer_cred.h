/*
 * peer_cred.h - who is at the other end of a Unix socket.
 */
#ifndef AGENTD_PEER_CRED_H
#define AGENTD_PEER_CRED_H

#include <stdbool.h>

#include "common/address.h"

/*
 * True if the peer of fd is our own user or root. text becomes "uid=N,pid=N" for the log either
 * way. The kernel took both at connect(2), so they cannot be forged; the pid may have been reused
 * by now.
 */
bool peer_cred_is_ours(int fd, char text[ADDRESS_TEXT_MAX]);

/*
 * True if the peer is no container: it is in our mount namespace. False also when that cannot be
 * seen, as with root's programs while we are not root, or when the peer is gone already.
 */
bool peer_cred_shares_our_files(int fd);

#endif
