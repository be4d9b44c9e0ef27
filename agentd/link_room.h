/*
 * link_room.h - room for those who log in, among those who never do.
 */
#ifndef AGENTD_LINK_ROOM_H
#define AGENTD_LINK_ROOM_H

#include "agentd/front.h"

/* True if one more link may be accepted: a place is free, or taken by a link that has not logged in yet. */
bool link_room_is_there(const struct front *front);

/*
 * One more link was accepted. Where all places are taken, the oldest link that has not logged in yet is
 * closed for it, of the address that has most of them.
 */
void link_room_make(struct front *front);

/*
 * True if peer may have one more. Where it has all that an address may have, or a few and failed to log in too often,
 * its oldest link that has not logged in yet is closed for it.
 */
bool link_room_make_for(struct front *front, const struct sockaddr *peer);

/*
 * True if peer may have one more, as link_room_make_for and --allow say, and there is room for it now; else why not is on
 * record.
 */
bool link_room_let_in(struct front *front, const struct sockaddr *peer);

#endif
