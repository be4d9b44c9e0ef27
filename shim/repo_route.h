/*
 * repo_route.h - which of the shim's sockets serves a repository.
 *
 * Lines "SOCKET PATTERN": SOCKET is relative to the shim's directory, PATTERN as in
 * common/repo_pattern.h.
 */
#ifndef SHIM_REPO_ROUTE_H
#define SHIM_REPO_ROUTE_H

#include "common/bytes.h"
#include "common/repo_pattern.h"

enum { ROUTE_SOCKET_SIZE = 128 };

/*
 * The socket of the pattern that fits most closely; of two that fit alike, the first. 0 and *socket;
 * -ENOENT: none fits. Lines that cannot be read are passed over.
 */
int repo_route_choose(struct byte_view routes, const struct repo_place *place,
		      char socket[ROUTE_SOCKET_SIZE]);

#endif
