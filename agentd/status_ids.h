/*
 * status_ids.h - what is told of one id: its source, keys, and how its requests have fared.
 */
#ifndef AGENTD_STATUS_IDS_H
#define AGENTD_STATUS_IDS_H

#include <jansson.h>

#include "agentd/identity_query.h"

enum {
	STATUS_FILES_MAX = 16,		      /* of one id */
	STATUS_REFUSALS_SIZE_MAX = 32 * 1024, /* more than all reasons come to that there are */
};

/* What status_of_id can come to, its keys apart. */
size_t status_size_of_id(const struct source *source);

/*
 * A new object. query, of the id's source, is over. Its keys take up key_room bytes at most. NULL when out of
 * memory.
 */
json_t *status_of_id(const struct identity_query *query, size_t key_room);

/* {"total": N, "reasons": [{"reason", "count"}...], "reasons_omitted": N}; NULL when out of memory. */
json_t *status_of_refusals(const struct refusals *refusals);

#endif
