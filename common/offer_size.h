/*
 * offer_size.h - how long the answer to the link's `offer` verb may be: the daemon makes none that is
 * longer, the shim reads none.
 */
#ifndef COMMON_OFFER_SIZE_H
#define COMMON_OFFER_SIZE_H

enum {
	OFFER_LEN_MAX = 1024 * 1024,
	/* Of that, what the lines with known hosts may take: some 4,000 keys. */
	OFFER_KNOWN_HOSTS_MAX = 512 * 1024,
};

#endif
