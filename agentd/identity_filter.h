/*
 * identity_filter.h - the list of an agent's keys without those that an id does not offer.
 */
#ifndef AGENTD_IDENTITY_FILTER_H
#define AGENTD_IDENTITY_FILTER_H

#include "agentd/rules.h"

/*
 * Appends the frame of a reply to a list request, as the rules let it be seen: of an
 * SSH_AGENT_IDENTITIES_ANSWER only the keys allowed, in their order; any other reply as it is. 0;
 * -EBADMSG: the answer is malformed; -ENOMEM. out holds as much as the frame, at least.
 */
int identity_filter_put(const struct rules *rules, struct byte_view frame, struct byte_buf *out);

#endif
