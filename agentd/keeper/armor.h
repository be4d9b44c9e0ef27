/*
 * armor.h - base64 as key files wrap their content in it.
 */
#ifndef AGENTD_KEEPER_ARMOR_H
#define AGENTD_KEEPER_ARMOR_H

#include "common/bytes.h"

/*
 * Decodes base64 (RFC 4648, padded) and appends it to out; blanks and line ends anywhere are
 * skipped, since an environment variable may have lost or changed them. 0; -EBADMSG if it is not
 * base64; else the status of out. All copies are wiped.
 */
int armor_decode(struct byte_view text, struct byte_buf *out);

/*
 * What stands in text between the first begin line and the end line after it. False if either
 * is missing.
 */
bool armor_find(struct byte_view text, const char *begin, const char *end,
		struct byte_view *inside);

#endif
