/*
 * status_text.h - the status of a daemon as people read it.
 */
#ifndef AGENTD_STATUS_TEXT_H
#define AGENTD_STATUS_TEXT_H

#include <jansson.h>

#include "common/bytes.h"

/*
 * Appends the document (status_document.h) as lines of printable ASCII: whatever else is in it, such as
 * the comment of a key, becomes \xNN and can do nothing to a terminal. Members that are missing, or of
 * another kind, since the daemon is of another version, are shown as "-" or 0.
 */
void status_text_put(struct byte_buf *text, const json_t *document);

#endif
