/*
 * fuzz_userauth - a sign request for a login, and whether login and request are about the same.
 */
#include "agentd/keeper/public_line.h"
#include "agentd/userauth.h"
#include "common/key_blob.h"
#include "tests/fuzz/fuzz.h"

static int is_login(const void *bytes, size_t len)
{
	struct byte_view copy = exact_copy(bytes, len);
	struct userauth auth;
	int is = userauth_parse(copy, &auth) == 0;

	exact_free(copy);
	return is;
}

/* What is signed means one thing: no part of a login is one, nor is a login with more behind it. */
static void check_length(struct byte_view data)
{
	uint8_t *longer = malloc(data.len + 4);

	FUZZ_CHECK(longer != NULL);
	memcpy(longer, data.ptr, data.len);
	memset(longer + data.len, 0, 4);
	FUZZ_CHECK(!is_login(longer, data.len + 1) && !is_login(longer, data.len + 4));
	free(longer);
	FUZZ_CHECK(!is_login(data.ptr, data.len - 1) && !is_login(data.ptr, data.len / 2));
}

static void check_rebuilt(struct byte_view data, const struct userauth *auth)
{
	struct byte_buf again;
	int is_hostbound = auth->host_key_blob.len > 0;

	byte_buf_init(&again, 2 * data.len + 128);
	byte_buf_put_string(&again, auth->session_id);
	byte_buf_put_u8(&again, 50);
	byte_buf_put_string(&again, auth->user);
	byte_buf_put_text(&again, "ssh-connection");
	byte_buf_put_text(&again,
			  is_hostbound ? "publickey-hostbound-v00@openssh.com" : "publickey");
	byte_buf_put_u8(&again, 1);
	byte_buf_put_string(&again, auth->algorithm);
	byte_buf_put_string(&again, auth->key_blob);
	if (is_hostbound)
		byte_buf_put_string(&again, auth->host_key_blob);
	FUZZ_CHECK(fuzz_took_bytes(&again, data));
}

/* A request that agrees with its login asks for nothing that could be read in two ways. */
static void check_agreement(const struct userauth *auth, const struct sign_request *request)
{
	struct byte_view type = key_blob_type(auth->key_blob);

	FUZZ_CHECK(view_equal(auth->key_blob, request->key_blob) ||
		   public_blob_is_certified(request->key_blob, auth->key_blob));
	FUZZ_CHECK(!view_equals_text(auth->algorithm, "ssh-rsa"));
	FUZZ_CHECK((request->flags & ~6U) == 0);
	if (view_equals_text(type, "ssh-rsa"))
		FUZZ_CHECK(view_equals_text(auth->algorithm,
					    request->flags == 2 ? "rsa-sha2-256" : "rsa-sha2-512"));
	else if (view_equals_text(type, "ssh-rsa-cert-v01@openssh.com"))
		FUZZ_CHECK(request->flags == 2 || request->flags == 4);
	else
		FUZZ_CHECK(view_equal(auth->algorithm, type));
}

static void check_login(struct byte_view data, const struct sign_request *request)
{
	struct userauth auth;

	if (userauth_parse(data, &auth) != 0)
		return;
	FUZZ_CHECK(fuzz_is_inside(auth.session_id, data) && fuzz_is_inside(auth.user, data) &&
		   fuzz_is_inside(auth.algorithm, data) && fuzz_is_inside(auth.key_blob, data) &&
		   fuzz_is_inside(auth.host_key_blob, data));
	FUZZ_CHECK(auth.session_id.len > 0 && auth.session_id.len <= SESSION_ID_LEN_MAX);
	FUZZ_CHECK(auth.user.len == 0 || memchr(auth.user.ptr, '\0', auth.user.len) == NULL);
	check_rebuilt(data, &auth);
	check_length(data);
	if (request != NULL && userauth_mismatch(&auth, request) == NULL)
		check_agreement(&auth, request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct byte_view input = {bytes, size};
	struct sign_request request;
	struct byte_view data;

	if (agent_parse_sign_request(input, &request) != 0) {
		check_login(input, NULL);
		return 0;
	}
	data = exact_copy(request.data.ptr, request.data.len);
	check_login(data, &request);
	exact_free(data);
	return 0;
}
