#include "common/discovery.h"

#include <errno.h>
#include <string.h>

enum { DISCOVERY_VERSION = 1 };

static const uint8_t magic[4] = {'s', 'f', 'a', 'd'};

int discovery_parse(struct byte_view datagram, struct discovery *out)
{
	struct reader r = reader_of(datagram);
	struct byte_view start = reader_bytes(&r, sizeof(magic));
	uint8_t version = reader_u8(&r);
	uint8_t kind = reader_u8(&r);
	uint16_t port = reader_u16(&r);
	struct byte_view nonce = reader_bytes(&r, DISCOVERY_NONCE_LEN);
	struct byte_view hash = reader_bytes(&r, DISCOVERY_HASH_LEN);

	if (reader_finish(&r) != 0 || memcmp(start.ptr, magic, sizeof(magic)) != 0 ||
	    version != DISCOVERY_VERSION)
		return -EBADMSG;
	if (kind != DISCOVERY_QUERY && (kind != DISCOVERY_ANSWER || port == 0))
		return -EBADMSG;
	out->kind = kind;
	out->port = port;
	memcpy(out->nonce, nonce.ptr, nonce.len);
	memcpy(out->host_key_hash, hash.ptr, hash.len);
	return 0;
}

void discovery_format(const struct discovery *discovery, uint8_t datagram[DISCOVERY_LEN])
{
	uint8_t *at = datagram;

	memcpy(at, magic, sizeof(magic));
	at += sizeof(magic);
	*at++ = DISCOVERY_VERSION;
	*at++ = (uint8_t)discovery->kind;
	*at++ = (uint8_t)(discovery->port >> 8);
	*at++ = (uint8_t)discovery->port;
	memcpy(at, discovery->nonce, DISCOVERY_NONCE_LEN);
	memcpy(at + DISCOVERY_NONCE_LEN, discovery->host_key_hash, DISCOVERY_HASH_LEN);
}

bool discovery_asks_for(const struct discovery *query, const uint8_t hash[DISCOVERY_HASH_LEN])
{
	static const uint8_t any[DISCOVERY_HASH_LEN];

	return query->kind == DISCOVERY_QUERY &&
	       (memcmp(query->host_key_hash, any, sizeof(any)) == 0 ||
		memcmp(query->host_key_hash, hash, DISCOVERY_HASH_LEN) == 0);
}
