/*
 * open_request.h - accepting a channel that a peer asks to open.
 */
#ifndef AGENTD_OPEN_REQUEST_H
#define AGENTD_OPEN_REQUEST_H

#include <libssh/server.h>

#include "common/wire.h"

/*
 * Accepts; runs inside libssh. A peer that names a packet size too small to be meant (RFC 4254
 * section 5.1) breaks a rule: the session ends before anything is written to the channel. See
 * docs/decisions/0003-packet-size.md. NULL if libssh could not accept.
 */
ssh_channel open_request_accept(struct wire *wire, ssh_message message);

#endif
