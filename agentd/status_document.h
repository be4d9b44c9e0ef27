/*
 * status_document.h - all that is told of a daemon, put together (docs/man/ssh-forward-agentd.8.scd).
 *
 * There is no token in it, and nothing that one could be made of; of secrets their names only.
 */
#ifndef AGENTD_STATUS_DOCUMENT_H
#define AGENTD_STATUS_DOCUMENT_H

#include "agentd/front.h"
#include "agentd/identity_query.h"

/*
 * Appends the document to text, which is empty, and holds STATUS_LEN_MAX: one line of ASCII. Each list has a bounded
 * share of that; it says how much was left out. queries: one for each source, over. 0; -ENOMEM; or
 * -EMSGSIZE, where text holds less.
 */
int status_document_put(const struct front *front, const struct identity_query *queries,
			size_t query_count, struct byte_buf *text);

#endif
