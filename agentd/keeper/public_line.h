/*
 * public_line.h - the line in a .pub file: type, base64 of the blob, comment (sshd(8), section
 * AUTHORIZED_KEYS FILE FORMAT, without options). Certificates look the same.
 */
#ifndef AGENTD_KEEPER_PUBLIC_LINE_H
#define AGENTD_KEEPER_PUBLIC_LINE_H

#include "common/bytes.h"

struct public_line {
	struct byte_buf blob;
	struct byte_view comment; /* into the text; empty if there is none */
};

/*
 * Parses the first line of text. 0 and *out, the caller's to deinit; -EBADMSG if it is no public
 * key, or its blob is of another type than it says; -EMSGSIZE; -ENOMEM.
 */
int public_line_parse(struct byte_view text, struct public_line *out);
void public_line_deinit(struct public_line *line);

/*
 * Whether certificate is an OpenSSH certificate (PROTOCOL.certkeys) over the key of key_blob.
 * Its signature, dates and principals are for the server to judge.
 */
bool public_blob_is_certified(struct byte_view key_blob, struct byte_view certificate);

#endif
