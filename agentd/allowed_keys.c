#include "agentd/allowed_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/home_path.h"
#include "agentd/keeper/public_line.h"
#include "agentd/regular_file.h"
#include "common/certificate.h"
#include "common/log.h"

enum { PUBLIC_FILE_MAX = 256 * 1024 };

static int add_hash(struct allowed_keys *keys, const uint8_t hash[FINGERPRINT_HASH_LEN])
{
	uint8_t(*list)[FINGERPRINT_HASH_LEN];

	if (keys->count == ALLOWED_KEYS_MAX)
		return -EMSGSIZE;
	list = reallocarray(keys->list, keys->count + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	keys->list = list;
	memcpy(list[keys->count++], hash, FINGERPRINT_HASH_LEN);
	return 0;
}

static bool has_content(struct byte_view line)
{
	size_t i = 0;

	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t' || line.ptr[i] == '\r'))
		i++;
	return i < line.len && line.ptr[i] != '#';
}

static int add_line(struct allowed_keys *keys, struct byte_view line)
{
	uint8_t hash[FINGERPRINT_HASH_LEN];
	struct public_line parsed;
	int err = public_line_parse(line, &parsed);

	if (err != 0)
		return err;
	certificate_fingerprint(byte_buf_view(&parsed.blob), hash);
	public_line_deinit(&parsed);
	return add_hash(keys, hash);
}

/* -ENOENT where there is no key in it. */
static int add_lines(struct allowed_keys *keys, struct byte_view text)
{
	size_t count = keys->count;
	int err = 0;

	while (err == 0 && text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		struct byte_view line = {text.ptr,
					 end != NULL ? (size_t)(end - text.ptr) : text.len};

		if (has_content(line))
			err = add_line(keys, line);
		text.ptr += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
	}
	return err == 0 && keys->count == count ? -ENOENT : err;
}

static int explain(int err, const char *word, const char *what, char reason[POLICY_REASON_MAX])
{
	char escaped[LOG_ESCAPED_MAX];

	if (err == 0 || err == -ENOMEM)
		return err;
	snprintf(reason, POLICY_REASON_MAX, "%.140s: %s", log_escape(view_of(word), escaped), what);
	return -EINVAL;
}

static int add_file(struct allowed_keys *keys, const char *word, char reason[POLICY_REASON_MAX])
{
	struct byte_buf text;
	char *path = home_path(word);
	int err;

	if (path == NULL)
		return explain(-errno, word, "HOME is not set", reason);
	byte_buf_init(&text, PUBLIC_FILE_MAX);
	err = regular_file_read(path, &text);
	free(path);
	if (err == -EINVAL)
		err = explain(err, word, "is no regular file", reason);
	else if (err != 0)
		err = explain(err, word, strerror(-err), reason);
	if (err == 0) {
		err = add_lines(keys, byte_buf_view(&text));
		err = explain(err, word,
			      err == -EMSGSIZE ? "too many keys"
					       : "holds no public key; name the .pub file",
			      reason);
	}
	byte_buf_deinit(&text);
	return err;
}

int allowed_keys_add(struct allowed_keys *keys, const char *word, char reason[POLICY_REASON_MAX])
{
	uint8_t hash[FINGERPRINT_HASH_LEN];

	if (fingerprint_parse(word, hash) == 0)
		return explain(add_hash(keys, hash), word, "too many keys", reason);
	if (word[0] == '/' || strncmp(word, "~/", 2) == 0)
		return add_file(keys, word, reason);
	return explain(-EINVAL, word,
		       "neither a fingerprint (SHA256: and 43 letters, as ssh-keygen -l prints it) "
		       "nor the whole path of a .pub file",
		       reason);
}

void allowed_keys_deinit(struct allowed_keys *keys)
{
	free(keys->list);
	*keys = (struct allowed_keys){0};
}
