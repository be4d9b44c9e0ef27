/*
 * waiting.h - the signatures of a link that wait for somebody: the answer to the verb "waiting".
 */
#ifndef AGENTD_WAITING_H
#define AGENTD_WAITING_H

#include "agentd/relay.h"

enum { WAITING_LEN_MAX = 16 * 1024 };

/*
 * Appends a line for each sign request of grant that waits to be confirmed, or that its source has had
 * for two seconds (docs/protocol.md); as many as there is room for. now_ns is uv_hrtime's.
 */
void waiting_put(const struct relay_context *context, const struct grant *grant, uint64_t now_ns,
		 struct byte_buf *text);

#endif
