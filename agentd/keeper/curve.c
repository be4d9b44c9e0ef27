#include "agentd/keeper/curve.h"

#include <openssl/evp.h>
#include <string.h>

static const struct curve curves[] = {
	{"nistp256", "ecdsa-sha2-nistp256", "prime256v1", "SHA256", 32},
	{"nistp384", "ecdsa-sha2-nistp384", "secp384r1", "SHA384", 48},
	{"nistp521", "ecdsa-sha2-nistp521", "secp521r1", "SHA512", 66},
};

enum { CURVE_COUNT = sizeof(curves) / sizeof(curves[0]) };

const struct curve *curve_find(struct byte_view name)
{
	for (size_t i = 0; i < CURVE_COUNT; i++) {
		if (view_equals_text(name, curves[i].name))
			return &curves[i];
	}
	return NULL;
}

const struct curve *curve_of(const EVP_PKEY *pkey)
{
	char group[32];
	size_t len;

	if (!EVP_PKEY_is_a(pkey, "EC") ||
	    EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) != 1)
		return NULL;
	for (size_t i = 0; i < CURVE_COUNT; i++) {
		if (strcmp(group, curves[i].group) == 0)
			return &curves[i];
	}
	return NULL;
}
