/*
 * agent_msg.h - the messages of the agent protocol (RFC 9987), as this project uses them.
 */
#ifndef COMMON_AGENT_MSG_H
#define COMMON_AGENT_MSG_H

#include "common/bytes.h"

/* RFC 9987 section 6.1, names as there. */
enum agent_msg_type {
	SSH_AGENT_FAILURE = 5,
	SSH_AGENT_SUCCESS = 6,
	SSH_AGENTC_REQUEST_IDENTITIES = 11,
	SSH_AGENT_IDENTITIES_ANSWER = 12,
	SSH_AGENTC_SIGN_REQUEST = 13,
	SSH_AGENT_SIGN_RESPONSE = 14,
	SSH_AGENTC_ADD_IDENTITY = 17,
	SSH_AGENTC_REMOVE_IDENTITY = 18,
	SSH_AGENTC_REMOVE_ALL_IDENTITIES = 19,
	SSH_AGENTC_ADD_SMARTCARD_KEY = 20,
	SSH_AGENTC_REMOVE_SMARTCARD_KEY = 21,
	SSH_AGENTC_LOCK = 22,
	SSH_AGENTC_UNLOCK = 23,
	SSH_AGENTC_ADD_ID_CONSTRAINED = 25,
	SSH_AGENTC_ADD_SMARTCARD_KEY_CONSTRAINED = 26,
	SSH_AGENTC_EXTENSION = 27,
	SSH_AGENT_EXTENSION_FAILURE = 28,
	SSH_AGENT_EXTENSION_RESPONSE = 29,
};

/* RFC 9987 section 3.6.1. */
enum agent_sign_flags {
	SSH_AGENT_RSA_SHA2_256 = 2,
	SSH_AGENT_RSA_SHA2_512 = 4,
};

/* Extension names: RFC 9987 section 3.8.1, and PROTOCOL.agent of OpenSSH. */
#define AGENT_EXT_QUERY "query"
#define AGENT_EXT_SESSION_BIND "session-bind@openssh.com"

/* Views into the request they were parsed from. */
struct sign_request {
	struct byte_view key_blob;
	struct byte_view data;
	uint32_t flags;
};

/* body: the whole message, its type byte included. 0, or -EBADMSG (wrong type, truncated, bytes
 * left over), and then *out is unchanged. */
int agent_parse_sign_request(struct byte_view body, struct sign_request *out);

/* The name of an SSH_AGENTC_EXTENSION request; its content is not looked at. 0 or -EBADMSG. */
int agent_parse_extension_name(struct byte_view body, struct byte_view *name);

struct identity {
	struct byte_view key_blob;
	struct byte_view comment;
};

/*
 * Walks an SSH_AGENT_IDENTITIES_ANSWER. agent_identities_start gives the number of identities it
 * claims, agent_identities_next one after the other: 0, -ENOENT after the last, -EBADMSG.
 */
struct identity_list {
	struct reader reader;
	uint32_t left;
};

int agent_identities_start(struct byte_view body, struct identity_list *list);
int agent_identities_next(struct identity_list *list, struct identity *out);

/* Appends a whole frame with a body of one byte, such as SSH_AGENT_FAILURE. */
void agent_put_simple(struct byte_buf *buf, enum agent_msg_type type);

#endif
