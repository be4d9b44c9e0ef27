/*
 * discovery.h - the two datagrams by which a shim finds a daemon on its network.
 *
 *   4 bytes   "sfad"
 *   byte      version (1)
 *   byte      1 query, 2 answer
 *   uint16    answer: the TCP port of the link; query: 0
 *   16 bytes  nonce of the query, sent back
 *   32 bytes  SHA-256 of the daemon's host key; query: that of the daemon wanted, or zeros for any
 *
 * Both have the same length, so that nobody is sent more than he sent. An answer is a hint and proves
 * nothing: whoever is on the network can make one. The link that follows proves the daemon.
 */
#ifndef COMMON_DISCOVERY_H
#define COMMON_DISCOVERY_H

#include "common/bytes.h"

enum {
	DISCOVERY_PORT = 2522, /* UDP; whatever port the link has */
	DISCOVERY_NONCE_LEN = 16,
	DISCOVERY_HASH_LEN = 32,
	DISCOVERY_LEN = 56,
};

enum discovery_kind {
	DISCOVERY_QUERY = 1,
	DISCOVERY_ANSWER = 2,
};

struct discovery {
	enum discovery_kind kind;
	uint16_t port;
	uint8_t nonce[DISCOVERY_NONCE_LEN];
	uint8_t host_key_hash[DISCOVERY_HASH_LEN];
};

/* 0 and *out; or -EBADMSG for any other length, version or kind, or an answer without a port. */
int discovery_parse(struct byte_view datagram, struct discovery *out);

void discovery_format(const struct discovery *discovery, uint8_t datagram[DISCOVERY_LEN]);

/* True if a query asks for the daemon of this host key, or for any. */
bool discovery_asks_for(const struct discovery *query, const uint8_t hash[DISCOVERY_HASH_LEN]);

#endif
