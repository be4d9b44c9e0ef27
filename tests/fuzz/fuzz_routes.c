/*
 * fuzz_routes - the kernel's routing tables, as the shim reads them to find the host.
 */
#include <arpa/inet.h>

#include "shim/routes.h"
#include "tests/fuzz/fuzz.h"

enum { GATEWAYS_MAX = 3 };

static void check(const struct gateway *gateways, size_t count, int family)
{
	uint8_t address[16];

	FUZZ_CHECK(count <= GATEWAYS_MAX);
	for (size_t i = 0; i < count; i++) {
		char text[GATEWAY_TEXT_SIZE];

		FUZZ_CHECK(strnlen(gateways[i].text, GATEWAY_TEXT_SIZE) < GATEWAY_TEXT_SIZE);
		memcpy(text, gateways[i].text, sizeof(text));
		text[strcspn(text, "%")] = '\0';
		FUZZ_CHECK(inet_pton(family, text, address) == 1);
		for (size_t j = 0; j < i; j++)
			FUZZ_CHECK(strcmp(gateways[i].text, gateways[j].text) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct gateway gateways[GATEWAYS_MAX];

	FUZZ_CHECK(text != NULL);
	check(gateways, routes_parse_v4(text, gateways, GATEWAYS_MAX), AF_INET);
	check(gateways, routes_parse_v6(text, gateways, GATEWAYS_MAX), AF_INET6);
	free(text);
	return 0;
}
