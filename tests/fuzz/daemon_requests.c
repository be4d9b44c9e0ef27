#include "tests/fuzz/daemon_requests.h"

#include <openssl/evp.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/login.h"

enum { HOST_SEED = 1, OTHER_HOST_SEED = 2 };

static struct byte_buf requests[DAEMON_REQUESTS];

static void put_list(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_REQUEST_IDENTITIES);
}

static void put_git_login(struct byte_buf *out)
{
	struct login login = login_sample();

	put_login_request(out, &login, 0);
}

static void put_root_login(struct byte_buf *out)
{
	struct login login = login_sample();

	login.user = view_of("root");
	put_login_request(out, &login, 0);
}

static void host_init(struct login_host *host, uint8_t first)
{
	uint8_t seed[32] = {first};

	login_host_init(host,
			EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed)));
}

static void put_binding_of(struct byte_buf *out, uint8_t seed, const char *session, bool forwards)
{
	struct login_host host;

	host_init(&host, seed);
	put_session_bind(out, &host, session, forwards);
	login_host_deinit(&host);
}

static void put_binding(struct byte_buf *out)
{
	put_binding_of(out, HOST_SEED, "session", false);
}

static void put_forwarded_binding(struct byte_buf *out)
{
	put_binding_of(out, HOST_SEED, "session", true);
}

static void put_binding_elsewhere(struct byte_buf *out)
{
	put_binding_of(out, OTHER_HOST_SEED, "session", false);
}

static void put_binding_of_another_session(struct byte_buf *out)
{
	put_binding_of(out, HOST_SEED, "another", false);
}

/* The host's key, with a signature of another's. */
static void put_forged_binding(struct byte_buf *out)
{
	struct login_host other;
	struct byte_buf mine;
	struct byte_buf blob;

	byte_buf_init(&mine, FRAME_LEN_MAX);
	byte_buf_init(&blob, FRAME_LEN_MAX);
	daemon_request_put_host_key(&mine);
	host_init(&other, OTHER_HOST_SEED);
	put_binding_elsewhere(&blob);
	FUZZ_CHECK(mine.len == other.blob.len);
	memcpy(memmem(blob.data, blob.len, other.blob.data, other.blob.len), mine.data, mine.len);
	byte_buf_put_bytes(out, blob.data, blob.len);
	login_host_deinit(&other);
	byte_buf_deinit(&mine);
	byte_buf_deinit(&blob);
}

/* In a session that nothing was bound to, or of the other binding. */
static void put_login_of_another_session(struct byte_buf *out)
{
	struct login login = login_sample();

	login.session_id = view_of("another");
	put_login_request(out, &login, 0);
}

static void put_login_of_others(struct byte_buf *out)
{
	struct login login = login_sample();

	login.user = view_of("gi\nt");
	put_login_request(out, &login, 0);
}

static void put_file_to_sign(struct byte_buf *out)
{
	struct login login = login_sample();
	struct byte_buf data;

	byte_buf_init(&data, FRAME_LEN_MAX);
	byte_buf_put_bytes(&data, "SSHSIG", 6);
	byte_buf_put_text(&data, "git");
	byte_buf_put_text(&data, "");
	byte_buf_put_text(&data, "sha512");
	byte_buf_put_text(&data,
			  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	byte_buf_put_u8(out, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(out, login.key_blob);
	byte_buf_put_string(out, byte_buf_view(&data));
	byte_buf_put_u32(out, 0);
	byte_buf_deinit(&data);
}

static void put_query(struct byte_buf *out)
{
	byte_buf_put_u8(out, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(out, "query");
}

static void put_removal(struct byte_buf *out)
{
	byte_buf_put_u8(out, 19); /* SSH_AGENTC_REMOVE_ALL_IDENTITIES */
}

static void put_large(struct byte_buf *out)
{
	byte_buf_put_u8(out, 200);
	for (unsigned i = 0; i < 10 * 1024; i++)
		byte_buf_put_u32(out, i);
}

static void put_email_to_sign(struct byte_buf *out)
{
	struct byte_buf file;
	uint8_t *namespace;

	byte_buf_init(&file, FRAME_LEN_MAX);
	put_file_to_sign(&file);
	namespace = memmem(file.data, file.len, "\0\0\0\003git", 7);
	FUZZ_CHECK(namespace != NULL);
	namespace[4] = 'h';
	byte_buf_put_bytes(out, file.data, file.len);
	byte_buf_deinit(&file);
}

void daemon_request_put_host_key(struct byte_buf *out)
{
	struct login_host host;

	host_init(&host, HOST_SEED);
	byte_buf_put_bytes(out, host.blob.data, host.blob.len);
	login_host_deinit(&host);
}

static void set_up(void)
{
	static void (*const put[DAEMON_REQUESTS])(struct byte_buf * out) = {
		put_list,
		put_git_login,
		put_root_login,
		put_binding,
		put_file_to_sign,
		put_query,
		put_removal,
		put_large,
		put_forwarded_binding,
		put_binding_elsewhere,
		put_binding_of_another_session,
		put_forged_binding,
		put_login_of_another_session,
		put_login_of_others,
		put_email_to_sign,
		put_list,
	};

	for (size_t i = 0; i < DAEMON_REQUESTS && requests[i].len == 0; i++) {
		size_t mark;

		byte_buf_init(&requests[i], FRAME_LEN_MAX);
		mark = frame_begin(&requests[i]);
		put[i](&requests[i]);
		frame_end(&requests[i], mark);
		FUZZ_CHECK(byte_buf_status(&requests[i]) == 0);
	}
}

struct byte_view daemon_request(unsigned which)
{
	set_up();
	return byte_buf_view(&requests[which % DAEMON_REQUESTS]);
}

bool daemon_request_binds(struct byte_view body)
{
	static struct byte_buf good;

	if (good.len == 0) {
		byte_buf_init(&good, FRAME_LEN_MAX);
		put_binding(&good);
	}
	/* All but the last byte is signed: nobody else can make one. That byte says that it forwards nothing. */
	return view_equal(body, byte_buf_view(&good));
}
