#include "tests/support/login.h"

#include <assert.h>
#include <openssl/evp.h>

#include "agentd/keeper/public_blob.h"
#include "agentd/keeper/signer.h"
#include "common/agent_msg.h"

/* Not check's assertions: fuzz targets are here, too, where check does not run. */
static void must(int err)
{
	assert(err == 0);
}

void login_host_init(struct login_host *host, EVP_PKEY *pkey)
{
	assert(pkey != NULL);
	host->pkey = pkey;
	byte_buf_init(&host->blob, LOGIN_LEN_MAX);
	must(public_blob_append(pkey, &host->blob));
}

void login_host_init_ed25519(struct login_host *host)
{
	login_host_init(host, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}

void login_host_deinit(struct login_host *host)
{
	EVP_PKEY_free(host->pkey);
	byte_buf_deinit(&host->blob);
}

void login_host_sign(const struct login_host *host, uint32_t flags, struct byte_view session_id,
		     struct byte_buf *out)
{
	struct signer signer = {0};

	must(signer_init(&signer, host->pkey));
	must(signer_sign(&signer, flags, session_id, out));
	signer_deinit(&signer);
}

void put_session_bind(struct byte_buf *out, const struct login_host *host, const char *session_id,
		      bool is_forwarding)
{
	struct byte_buf signature;

	byte_buf_init(&signature, LOGIN_LEN_MAX);
	login_host_sign(host, 0, view_of(session_id), &signature);
	byte_buf_put_u8(out, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(out, AGENT_EXT_SESSION_BIND);
	byte_buf_put_string(out, byte_buf_view(&host->blob));
	byte_buf_put_text(out, session_id);
	byte_buf_put_string(out, byte_buf_view(&signature));
	byte_buf_put_u8(out, is_forwarding);
	must(byte_buf_status(out));
	byte_buf_deinit(&signature);
}

struct login login_sample(void)
{
	static const uint8_t key_blob[] = "\0\0\0\x0bssh-ed25519\0\0\0\x20"
					  "0123456789abcdef0123456789ABCDEF";

	return (struct login){
		.session_id = view_of("session"),
		.type = 50,
		.user = view_of("git"),
		.service = "ssh-connection",
		.method = "publickey",
		.has_signature = 1,
		.algorithm = "ssh-ed25519",
		.key_blob = {key_blob, sizeof(key_blob) - 1},
	};
}

void put_login(struct byte_buf *out, const struct login *login)
{
	byte_buf_put_string(out, login->session_id);
	byte_buf_put_u8(out, login->type);
	byte_buf_put_string(out, login->user);
	byte_buf_put_text(out, login->service);
	byte_buf_put_text(out, login->method);
	byte_buf_put_u8(out, login->has_signature);
	byte_buf_put_text(out, login->algorithm);
	byte_buf_put_string(out, login->key_blob);
	if (login->host_key_blob.ptr != NULL)
		byte_buf_put_string(out, login->host_key_blob);
	must(byte_buf_status(out));
}

void put_login_request(struct byte_buf *out, const struct login *login, uint32_t flags)
{
	struct byte_buf data;

	byte_buf_init(&data, LOGIN_LEN_MAX);
	put_login(&data, login);
	byte_buf_put_u8(out, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(out, login->key_blob);
	byte_buf_put_string(out, byte_buf_view(&data));
	byte_buf_put_u32(out, flags);
	must(byte_buf_status(out));
	byte_buf_deinit(&data);
}
