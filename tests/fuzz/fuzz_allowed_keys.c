/*
 * fuzz_allowed_keys - a word of "only-keys", or, where a zero byte comes first, the .pub file that a word names.
 */
#include <errno.h>

#include "agentd/allowed_keys.h"
#include "agentd/keeper/public_line.h"
#include "common/certificate.h"
#include "common/log.h"
#include "tests/fuzz/memory_file.h"

static int read_file(struct byte_view text, struct allowed_keys *keys)
{
	char reason[POLICY_REASON_MAX] = "";
	const char *path = memory_file_write(text);
	int err;

	err = allowed_keys_add(keys, path, reason);
	FUZZ_CHECK(err == 0 || err == -EINVAL);
	FUZZ_CHECK(keys->count <= ALLOWED_KEYS_MAX && (err != 0 || keys->count > 0));
	FUZZ_CHECK(err == 0 ? reason[0] == '\0' : strncmp(reason, path, strlen(path)) == 0);
	return err;
}

static bool is_comment(struct byte_view line)
{
	size_t i = 0;

	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t' || line.ptr[i] == '\r'))
		i++;
	return i < line.len && line.ptr[i] == '#';
}

/* What one line allows is the key it holds, and that of a certificate is the key that is certified. */
static void check_line(struct byte_view text)
{
	struct allowed_keys keys = {0};
	uint8_t hash[FINGERPRINT_HASH_LEN];
	struct public_line line;

	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (text.len == 0 || memchr(text.ptr, '\n', text.len) != NULL || is_comment(text) ||
	    public_line_parse(text, &line) != 0)
		return;
	certificate_fingerprint(byte_buf_view(&line.blob), hash);
	public_line_deinit(&line);
	FUZZ_CHECK(read_file(text, &keys) == 0 && keys.count == 1);
	FUZZ_CHECK(memcmp(keys.list[0], hash, sizeof(hash)) == 0);
	allowed_keys_deinit(&keys);
}

/* Comments, empty lines and ends of lines as elsewhere change nothing; the same twice is twice the keys. */
static void check_rewritten(struct byte_view text, const struct allowed_keys *expected)
{
	struct allowed_keys keys = {0};
	struct byte_buf again;
	size_t len = expected->count * FINGERPRINT_HASH_LEN;

	byte_buf_init(&again, 4 * text.len + 64);
	byte_buf_printf(&again, "# a comment\r\n\n \t\n");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			byte_buf_printf(&again, "\n #");
		byte_buf_put_u8(&again, text.ptr[i]);
	}
	byte_buf_put_u8(&again, '\n');
	byte_buf_put_bytes(&again, text.ptr, text.len);
	if (2 * expected->count <= ALLOWED_KEYS_MAX) {
		FUZZ_CHECK(read_file(byte_buf_view(&again), &keys) == 0);
		FUZZ_CHECK(keys.count == 2 * expected->count);
		FUZZ_CHECK(memcmp(keys.list[0], expected->list[0], len) == 0);
		FUZZ_CHECK(memcmp(keys.list[expected->count], expected->list[0], len) == 0);
	} else {
		FUZZ_CHECK(read_file(byte_buf_view(&again), &keys) == -EINVAL);
	}
	byte_buf_deinit(&again);
	allowed_keys_deinit(&keys);
}

static void check_file(struct byte_view text)
{
	struct allowed_keys keys = {0};

	if (read_file(text, &keys) == 0)
		check_rewritten(text, &keys);
	allowed_keys_deinit(&keys);
	check_line(text);
}

/* Of a word, in a reason. */
enum { NAMED_LEN_MAX = 140 };

/* A fingerprint is written in one way only; anything else but a path is none, and the reason names it. */
static void check_word(const char *word)
{
	struct allowed_keys keys = {0};
	char escaped[LOG_ESCAPED_MAX];
	char reason[POLICY_REASON_MAX] = "";
	char text[FINGERPRINT_TEXT_MAX];

	if (word[0] == '/' || strncmp(word, "~/", 2) == 0)
		return;
	if (allowed_keys_add(&keys, word, reason) == 0) {
		FUZZ_CHECK(keys.count == 1 && reason[0] == '\0');
		fingerprint_text(keys.list[0], text);
		FUZZ_CHECK(strcmp(text, word) == 0);
	} else {
		FUZZ_CHECK(keys.count == 0 && keys.list == NULL);
		log_escape(view_of(word), escaped);
		FUZZ_CHECK(reason[0] != '\0' &&
			   strncmp(reason, escaped, strnlen(escaped, NAMED_LEN_MAX)) == 0);
	}
	allowed_keys_deinit(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *word;

	if (size > 0 && data[0] == 0) {
		check_file((struct byte_view){data + 1, size - 1});
		return 0;
	}
	word = strndup((const char *)data, size);
	FUZZ_CHECK(word != NULL);
	check_word(word);
	free(word);
	return 0;
}
