/*
 * link_room.h - room for those who log in, among those who never do.
 */
#ifndef AGENTD_LINK_ROOM_H
#define AGENTD_LINK_ROOM_H

#include "agentd/front.h"

/* True if one more link may be accepted: a place is free, or taken by a link that has not logged in yet. */
bool link_room_is_there(const struct front *front);

/*
 * True if peer may have one more link, and there is room for it now, made by closing links that have not logged in where
 * need be; else why not is on record: --allow, or as many as an address may have.
 */
bool link_room_let_in(struct front *front, const struct sockaddr *peer);

#endif
