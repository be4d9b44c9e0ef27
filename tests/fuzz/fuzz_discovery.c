/*
 * fuzz_discovery - datagrams of whoever is on the network, as the daemon and a shim read them.
 */
#include <errno.h>

#include "common/discovery.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view datagram = {data, size};
	struct discovery discovery = {0};
	uint8_t again[DISCOVERY_LEN];
	int err = discovery_parse(datagram, &discovery);

	FUZZ_CHECK(err == 0 || err == -EBADMSG);
	if (err != 0) {
		FUZZ_CHECK(discovery.kind == 0 && discovery.port == 0); /* untouched */
		return 0;
	}
	FUZZ_CHECK(size == DISCOVERY_LEN);
	discovery_format(&discovery, again);
	FUZZ_CHECK(memcmp(again, data, sizeof(again)) == 0);
	if (discovery.kind == DISCOVERY_ANSWER)
		FUZZ_CHECK(discovery.port != 0 &&
			   !discovery_asks_for(&discovery, discovery.host_key_hash));
	else
		FUZZ_CHECK(discovery_asks_for(&discovery, discovery.host_key_hash));
	return 0;
}
