#include "bench/load_request.h"

#include <errno.h>
#include <string.h>

#include "common/agent_msg.h"
#include "common/frame.h"

enum {
	SSH_MSG_USERAUTH_REQUEST = 50, /* RFC 4252 section 6 */
	SESSION_ID_LEN = 32,	       /* what curve25519-sha256 and its like give */
	STRING_HEADER_LEN = 4,
};

static const char short_user[] = "git";
static const uint8_t session_id[SESSION_ID_LEN] = "agent-load: not a real session";

int load_request_list(struct load_request *request, size_t identities)
{
	request->identities = identities;
	byte_buf_init(&request->frame, FRAME_LEN_MAX);
	request->number_at = 0;
	request->reply_type = SSH_AGENT_IDENTITIES_ANSWER;
	agent_put_simple(&request->frame, SSH_AGENTC_REQUEST_IDENTITIES);
	return byte_buf_status(&request->frame);
}

/* RSA keys sign under another name than their own (RFC 8332); all others under their own. */
static struct byte_view signature_algorithm(struct byte_view key_type, uint32_t *flags)
{
	if (view_equals_text(key_type, "ssh-rsa")) {
		*flags = SSH_AGENT_RSA_SHA2_512;
		return view_of("rsa-sha2-512");
	}
	if (view_equals_text(key_type, "ssh-rsa-cert-v01@openssh.com")) {
		*flags = SSH_AGENT_RSA_SHA2_512;
		return view_of("rsa-sha2-512-cert-v01@openssh.com");
	}
	*flags = 0;
	return key_type;
}

static void put_user(struct byte_buf *login, size_t user_len)
{
	byte_buf_put_u32(login, (uint32_t)user_len);
	for (size_t i = 0; i < user_len; i++)
		byte_buf_put_u8(login, i < strlen(short_user) ? (uint8_t)short_user[i] : 'x');
}

/* RFC 4252 section 7: what a client signs to log in with a key. */
static void put_login(struct byte_buf *login, size_t user_len, struct byte_view algorithm,
		      struct byte_view key_blob)
{
	byte_buf_put_string(login, (struct byte_view){session_id, sizeof(session_id)});
	byte_buf_put_u8(login, SSH_MSG_USERAUTH_REQUEST);
	put_user(login, user_len);
	byte_buf_put_text(login, "ssh-connection");
	byte_buf_put_text(login, "publickey");
	byte_buf_put_u8(login, 1);
	byte_buf_put_string(login, algorithm);
	byte_buf_put_string(login, key_blob);
}

/* Sets *user_len to what makes the login data_len bytes long. */
static int user_len_for(size_t data_len, struct byte_view algorithm, struct byte_view key_blob,
			size_t *user_len)
{
	struct byte_buf login;
	int err;

	*user_len = strlen(short_user);
	if (data_len == 0)
		return 0;
	byte_buf_init(&login, FRAME_BODY_MAX);
	put_login(&login, 0, algorithm, key_blob);
	err = byte_buf_status(&login);
	if (err == 0 && (data_len <= login.len || data_len > FRAME_BODY_MAX))
		err = -EMSGSIZE;
	if (err == 0)
		*user_len = data_len - login.len;
	byte_buf_deinit(&login);
	return err;
}

int load_request_sign(struct load_request *request, struct byte_view key_blob, size_t data_len)
{
	struct byte_buf *frame = &request->frame;
	struct reader r = reader_of(key_blob);
	struct byte_view key_type = reader_string(&r);
	struct byte_view algorithm;
	struct byte_buf login;
	uint32_t flags;
	size_t user_len;
	size_t mark;
	int err;

	byte_buf_init(frame, FRAME_LEN_MAX);
	if (r.has_failed || key_type.len == 0)
		return -EBADMSG;
	algorithm = signature_algorithm(key_type, &flags);
	err = user_len_for(data_len, algorithm, key_blob, &user_len);
	if (err != 0)
		return err;

	byte_buf_init(&login, FRAME_BODY_MAX);
	put_login(&login, user_len, algorithm, key_blob);
	mark = frame_begin(frame);
	byte_buf_put_u8(frame, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(frame, key_blob);
	request->number_at = frame->len + STRING_HEADER_LEN + STRING_HEADER_LEN;
	request->reply_type = SSH_AGENT_SIGN_RESPONSE;
	byte_buf_put_string(frame, byte_buf_view(&login));
	byte_buf_put_u32(frame, flags);
	frame_end(frame, mark);
	err = byte_buf_status(&login) != 0 ? byte_buf_status(&login) : byte_buf_status(frame);
	byte_buf_deinit(&login);
	return err;
}

void load_request_deinit(struct load_request *request)
{
	byte_buf_deinit(&request->frame);
}

void load_request_number(struct load_request *request, uint64_t number)
{
	if (request->number_at > 0)
		memcpy(request->frame.data + request->number_at, &number, sizeof(number));
}

void load_request_stay_in_session(struct load_request *request)
{
	request->number_at = 0;
}

struct byte_view load_request_session_id(void)
{
	return (struct byte_view){session_id, sizeof(session_id)};
}

static int check_signature(struct reader *r)
{
	struct byte_view signature = reader_string(r);
	struct reader inner = reader_of(signature);
	struct byte_view algorithm = reader_string(&inner);
	struct byte_view blob = reader_string(&inner);

	if (reader_finish(r) != 0 || inner.has_failed || algorithm.len == 0 || blob.len == 0)
		return -EBADMSG;
	return 0;
}

static int check_identities(struct byte_view body, size_t expected)
{
	struct identity_list list;
	struct identity identity;
	size_t count = 0;
	int err = agent_identities_start(body, &list);

	while (err == 0 && (err = agent_identities_next(&list, &identity)) == 0)
		count++;
	if (err != -ENOENT)
		return err;
	return expected == 0 || count == expected ? 0 : -EBADMSG;
}

int load_request_check_reply(const struct load_request *request, struct byte_view body)
{
	struct reader r = reader_of(body);
	uint8_t type = reader_u8(&r);

	if (type == SSH_AGENT_FAILURE)
		return -EPERM;
	if (r.has_failed || type != request->reply_type)
		return -EBADMSG;
	return type == SSH_AGENT_SIGN_RESPONSE ? check_signature(&r)
					       : check_identities(body, request->identities);
}
