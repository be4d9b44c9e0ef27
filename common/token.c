#include "common/token.h"

#include <errno.h>
#include <string.h>

#include "common/base64.h"

enum { TOKEN_VERSION = 1 };

static bool is_name_byte(uint8_t c, bool is_first)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !is_first && (c == '.' || c == '_' || c == '-');
}

bool id_is_valid(struct byte_view name)
{
	if (name.len == 0 || name.len > ID_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!is_name_byte(name.ptr[i], i == 0))
			return false;
	}
	return true;
}

typedef char token_name[ID_NAME_MAX + 1];

static bool is_named(const token_name *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static bool covers_all(const struct token *token)
{
	return token->id_count == 0 && token->secret_count == 0;
}

bool token_covers(const struct token *token, const char *id)
{
	return covers_all(token) || is_named(token->ids, token->id_count, id);
}

bool token_covers_secret(const struct token *token, const char *name)
{
	return covers_all(token) || is_named(token->secrets, token->secret_count, name);
}

static void put_names(struct byte_buf *buf, const token_name *names, size_t count)
{
	byte_buf_put_u32(buf, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		byte_buf_put_text(buf, names[i]);
}

void token_put_sealed_part(struct byte_buf *buf, const struct token *token)
{
	if (token->id_count > TOKEN_IDS_MAX || token->secret_count > TOKEN_IDS_MAX) {
		buf->error = -EMSGSIZE;
		return;
	}
	byte_buf_put_u8(buf, TOKEN_VERSION);
	byte_buf_put_u16(buf, token->port);
	byte_buf_put_u64(buf, token->expiry_s);
	byte_buf_put_u32(buf, token->max_signatures);
	byte_buf_put_bytes(buf, token->fingerprint, sizeof(token->fingerprint));
	byte_buf_put_bytes(buf, token->serial, sizeof(token->serial));
	byte_buf_put_text(buf, token->name);
	put_names(buf, token->ids, token->id_count);
	put_names(buf, token->secrets, token->secret_count);
}

int token_format(const struct token *token, struct byte_buf *text)
{
	struct byte_buf binary;

	byte_buf_init(&binary, TOKEN_TEXT_MAX);
	token_put_sealed_part(&binary, token);
	byte_buf_put_bytes(&binary, token->seal, sizeof(token->seal));
	if (byte_buf_status(&binary) == 0) {
		byte_buf_put_bytes(text, TOKEN_PREFIX, strlen(TOKEN_PREFIX));
		base64_put(text, byte_buf_view(&binary), BASE64_URL_UNPADDED);
	} else {
		text->error = byte_buf_status(&binary);
	}
	byte_buf_deinit(&binary);
	return byte_buf_status(text);
}

static struct byte_view trim(struct byte_view text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.ptr[0]) != NULL && text.ptr[0] != 0) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && text.ptr[text.len - 1] != 0 &&
	       strchr(" \t\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	return text;
}

static void read_bytes(struct reader *r, uint8_t *to, size_t len)
{
	struct byte_view bytes = reader_bytes(r, len);

	if (!r->has_failed)
		memcpy(to, bytes.ptr, len);
}

static void read_name(struct reader *r, char *to)
{
	struct byte_view name = reader_string(r);

	if (!id_is_valid(name)) {
		r->has_failed = true;
		return;
	}
	memcpy(to, name.ptr, name.len);
	to[name.len] = '\0';
}

static size_t read_names(struct reader *r, token_name *names)
{
	uint32_t count = reader_u32(r);

	if (count > TOKEN_IDS_MAX)
		r->has_failed = true;
	for (uint32_t i = 0; i < count && !r->has_failed; i++)
		read_name(r, names[i]);
	return count;
}

static int parse_binary(struct byte_view binary, struct token *out)
{
	struct reader r = reader_of(binary);
	struct token token = {0};
	int err;

	_Static_assert(TOKEN_NAME_MAX == ID_NAME_MAX, "read_name serves both");
	if (reader_u8(&r) != TOKEN_VERSION)
		return -EBADMSG;
	token.port = reader_u16(&r);
	token.expiry_s = reader_u64(&r);
	token.max_signatures = reader_u32(&r);
	read_bytes(&r, token.fingerprint, sizeof(token.fingerprint));
	read_bytes(&r, token.serial, sizeof(token.serial));
	read_name(&r, token.name);
	token.id_count = read_names(&r, token.ids);
	token.secret_count = read_names(&r, token.secrets);
	read_bytes(&r, token.seal, sizeof(token.seal));
	err = reader_finish(&r);
	if (err == 0)
		*out = token;
	return err;
}

int token_parse(struct byte_view text, struct token *out)
{
	size_t prefix_len = strlen(TOKEN_PREFIX);
	struct byte_buf binary;
	int err;

	text = trim(text);
	if (text.len > TOKEN_TEXT_MAX || text.len <= prefix_len ||
	    memcmp(text.ptr, TOKEN_PREFIX, prefix_len) != 0)
		return -EBADMSG;
	text.ptr += prefix_len;
	text.len -= prefix_len;
	byte_buf_init(&binary, TOKEN_TEXT_MAX);
	err = base64_parse(text, BASE64_URL_UNPADDED, &binary);
	if (err == 0)
		err = parse_binary(byte_buf_view(&binary), out);
	byte_buf_deinit(&binary);
	return err == 0 ? 0 : -EBADMSG;
}
