/*
 * fuzz_sshsig - what is signed for a file or a commit.
 */
#include "agentd/sshsig.h"
#include "agentd/userauth.h"
#include "tests/fuzz/fuzz.h"

static int is_sshsig(const void *bytes, size_t len)
{
	struct byte_view copy = exact_copy(bytes, len);
	struct sshsig sig;
	int is = sshsig_parse(copy, &sig) == 0;

	exact_free(copy);
	return is;
}

static void check_length(struct byte_view data)
{
	uint8_t *longer = malloc(data.len + 1);

	FUZZ_CHECK(longer != NULL);
	memcpy(longer, data.ptr, data.len);
	longer[data.len] = 0;
	FUZZ_CHECK(!is_sshsig(longer, data.len + 1) && !is_sshsig(data.ptr, data.len - 1));
	free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct byte_view data = {bytes, size};
	struct byte_view at = data;
	struct userauth auth;
	struct byte_buf again;
	struct sshsig sig;

	if (sshsig_parse(data, &sig) != 0)
		return 0;
	FUZZ_CHECK(userauth_parse(data, &auth) != 0); /* never two things */
	FUZZ_CHECK(fuzz_is_inside(sig.namespace, data) &&
		   fuzz_is_inside(sig.hash_algorithm, data) && fuzz_is_inside(sig.hash, data));
	FUZZ_CHECK(sig.namespace.len > 0 &&
		   memchr(sig.namespace.ptr, '\0', sig.namespace.len) == NULL);
	FUZZ_CHECK(sig.hash.len == (view_equals_text(sig.hash_algorithm, "sha256") ? 32 : 64));

	/* All but what is reserved, which stands between namespace and algorithm. */
	byte_buf_init(&again, 2 * size);
	byte_buf_put_bytes(&again, "SSHSIG", 6);
	byte_buf_put_string(&again, sig.namespace);
	at.len = again.len;
	FUZZ_CHECK(fuzz_took_bytes(&again, at));
	byte_buf_put_string(&again, sig.hash_algorithm);
	byte_buf_put_string(&again, sig.hash);
	at = (struct byte_view){data.ptr + size - again.len, again.len};
	FUZZ_CHECK(fuzz_took_bytes(&again, at));
	check_length(data);
	return 0;
}
