/* What replaces it, a generator in a provider, would be no quicker: the way to it is what costs. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "common/kernel_random.h"

#include <errno.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stddef.h>
#include <sys/random.h>

/* 1, or 0: libcrypto's caller fails, as when its own generator does. */
static int random_bytes(unsigned char *bytes, int len)
{
	int done = 0;

	while (done < len) {
		ssize_t got = getrandom(bytes + done, (size_t)(len - done), 0);

		if (got < 0 && errno != EINTR)
			return 0;
		if (got > 0)
			done += (int)got;
	}
	return 1;
}

static int random_status(void)
{
	return 1;
}

int kernel_random_use(void)
{
	static const RAND_METHOD method = {
		.bytes = random_bytes,
		.pseudorand = random_bytes,
		.status = random_status,
	};
	unsigned char probe;

	if (random_bytes(&probe, sizeof(probe)) != 1)
		return 0;
	/* Where a program ends before it has used libcrypto, OPENSSL_cleanup leaks what it makes to forget the method. */
	if (OSSL_PROVIDER_available(NULL, "default") != 1)
		return -EIO;
	return RAND_set_rand_method(&method) == 1 ? 0 : -EIO;
}
