#include "common/known_hosts.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "common/base64.h"
#include "common/certificate.h"
#include "common/key_blob.h"
#include "common/wildcard.h"

#define HASH_MAGIC "|1|"

enum {
	SHA1_LEN = 20, /* of hash and salt */
	/* match_pattern_list of OpenSSH takes no longer ones, and then none of the line at all. */
	PATTERN_LEN_MAX = 1022,
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct byte_view *line)
{
	while (line->len > 0 && is_blank(line->ptr[0])) {
		line->ptr++;
		line->len--;
	}
}

/* The next word, behind blanks; line is shortened to what follows it. */
static struct byte_view take_word(struct byte_view *line)
{
	struct byte_view word;

	skip_blanks(line);
	word = (struct byte_view){line->ptr, 0};
	while (word.len < line->len && !is_blank(word.ptr[word.len]))
		word.len++;
	line->ptr += word.len;
	line->len -= word.len;
	return word;
}

/* Base64 with its padding, canonical. */
static int decode(struct byte_view text, struct byte_buf *out)
{
	if (text.len == 0 || text.len % 4 != 0)
		return -EBADMSG;
	for (unsigned i = 0; i < 2 && text.ptr[text.len - 1] == '='; i++)
		text.len--;
	return base64_parse(text, BASE64_STANDARD_UNPADDED, out);
}

static int take_marker(struct byte_view *line, enum known_hosts_marker *marker)
{
	struct byte_view word;

	*marker = KNOWN_HOSTS_KEY;
	if (line->len == 0 || line->ptr[0] != '@')
		return 0;
	/* OpenSSH ends a marker at the first space, and at a tab only in lines without one. */
	word = (struct byte_view){line->ptr, 0};
	while (word.len < line->len && word.ptr[word.len] != ' ')
		word.len++;
	if (word.len == line->len)
		word = take_word(line);
	else
		*line = (struct byte_view){line->ptr + word.len, line->len - word.len};
	if (view_equals_text(word, "@cert-authority"))
		*marker = KNOWN_HOSTS_AUTHORITY;
	else if (view_equals_text(word, "@revoked"))
		*marker = KNOWN_HOSTS_REVOKED;
	else
		return -EBADMSG;
	skip_blanks(line);
	return line->len > 0 && line->ptr[0] != '@' ? 0 : -EBADMSG; /* one marker at most */
}

/* |1|salt|hash: 0 and both, or -EBADMSG where the salt is none. A hash that is none stays zero. */
static int read_hashed(struct byte_view names, uint8_t salt[SHA1_LEN], struct byte_view *hash)
{
	size_t magic_len = strlen(HASH_MAGIC);
	struct byte_view text;
	struct byte_buf bytes;
	const uint8_t *bar;
	int err;

	if (names.len < magic_len || memcmp(names.ptr, HASH_MAGIC, magic_len) != 0)
		return -EBADMSG;
	text = (struct byte_view){names.ptr + magic_len, names.len - magic_len};
	bar = text.len > 0 ? memchr(text.ptr, '|', text.len) : NULL;
	if (bar == NULL)
		return -EBADMSG;
	*hash = (struct byte_view){bar + 1, text.len - (size_t)(bar + 1 - text.ptr)};
	text.len = (size_t)(bar - text.ptr);
	byte_buf_init(&bytes, SHA1_LEN);
	err = decode(text, &bytes);
	if (err == -EMSGSIZE || (err == 0 && bytes.len != SHA1_LEN))
		err = -EBADMSG;
	if (err == 0)
		memcpy(salt, bytes.data, SHA1_LEN);
	byte_buf_deinit(&bytes);
	return err;
}

static int check_names(struct byte_view names)
{
	uint8_t salt[SHA1_LEN];
	struct byte_view hash;

	if (names.len == 0)
		return -EBADMSG;
	return names.ptr[0] == '|' ? read_hashed(names, salt, &hash) : 0;
}

/* Whether the type in front of a key, which is not empty, may stand for the one in its blob. */
static bool is_type_of_blob(struct byte_view type, struct byte_view blob)
{
	struct byte_view found = key_blob_type(blob);

	/* OpenSSH knows these as names of key type ssh-rsa, too. */
	if (view_equals_text(type, "rsa-sha2-256") || view_equals_text(type, "rsa-sha2-512"))
		return view_equals_text(found, "ssh-rsa");
	return view_equal(type, found);
}

static int read_key(struct byte_view line, struct byte_buf *blob)
{
	struct byte_view type = take_word(&line);
	struct byte_view encoded = take_word(&line);
	int err;

	byte_buf_init(blob, KNOWN_HOSTS_KEY_MAX);
	err = decode(encoded, blob);
	if (err == 0 && !(is_type_of_blob(type, byte_buf_view(blob)) &&
			  certificate_key_is_whole(byte_buf_view(blob))))
		err = -EBADMSG;
	if (err != 0)
		byte_buf_deinit(blob);
	return err;
}

/* OpenSSH reads C strings; and a line end may have come by a system that has two bytes for it. */
static struct byte_view cut_line(struct byte_view line)
{
	const uint8_t *nul = line.len > 0 ? memchr(line.ptr, '\0', line.len) : NULL;

	if (nul != NULL)
		line.len = (size_t)(nul - line.ptr);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

int known_hosts_parse(struct byte_view line, struct known_hosts_line *out)
{
	struct known_hosts_line parsed;
	int err;

	line = cut_line(line);
	skip_blanks(&line);
	if (line.len == 0 || line.ptr[0] == '#')
		return -ENOENT;
	if (line.len > KNOWN_HOSTS_LINE_MAX)
		return -EMSGSIZE;
	err = take_marker(&line, &parsed.marker);
	if (err != 0)
		return err;
	parsed.names = take_word(&line);
	err = check_names(parsed.names);
	if (err == 0)
		err = read_key(line, &parsed.key_blob);
	if (err == 0)
		*out = parsed;
	return err;
}

void known_hosts_line_deinit(struct known_hosts_line *line)
{
	byte_buf_deinit(&line->key_blob);
}

static bool match_hashed(struct byte_view names, const char *name)
{
	uint8_t salt[SHA1_LEN];
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	struct byte_view hash;
	struct byte_buf stored;
	bool matches;

	if (read_hashed(names, salt, &hash) != 0)
		return false;
	byte_buf_init(&stored, SHA1_LEN);
	matches = decode(hash, &stored) == 0 && stored.len == SHA1_LEN &&
		  HMAC(EVP_sha1(), salt, SHA1_LEN, (const uint8_t *)name, strlen(name), mac,
		       &mac_len) != NULL &&
		  mac_len == SHA1_LEN && memcmp(mac, stored.data, SHA1_LEN) == 0;
	byte_buf_deinit(&stored);
	return matches;
}

static bool match_pattern(struct byte_view pattern, const char *name)
{
	uint8_t lower[PATTERN_LEN_MAX];

	for (size_t i = 0; i < pattern.len; i++) {
		uint8_t c = pattern.ptr[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
	}
	return wildcard_match((struct byte_view){lower, pattern.len}, view_of(name));
}

bool known_hosts_match(struct byte_view names, const char *name)
{
	bool matches = false;

	if (names.len > 0 && names.ptr[0] == '|')
		return match_hashed(names, name);
	while (names.len > 0) {
		bool is_negated = names.ptr[0] == '!';
		struct byte_view pattern = {names.ptr + is_negated, 0};
		size_t left = names.len - is_negated;

		while (pattern.len < left && pattern.ptr[pattern.len] != ',')
			pattern.len++;
		if (pattern.len > PATTERN_LEN_MAX)
			return false;
		if (match_pattern(pattern, name)) {
			if (is_negated)
				return false;
			matches = true;
		}
		left -= pattern.len;
		names = (struct byte_view){pattern.ptr + pattern.len, left};
		if (left > 0) { /* the comma */
			names.ptr++;
			names.len--;
		}
	}
	return matches;
}
