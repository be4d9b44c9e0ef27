/*
 * fuzz_known_hosts - a host as a policy names it, on a line, and a line of known_hosts after it:
 * whether the line is for the host.
 */
#include <errno.h>

#include "common/host_name.h"
#include "common/key_blob.h"
#include "common/known_hosts.h"
#include "tests/fuzz/fuzz.h"

enum { NAIVE_LEN_MAX = 64, NAIVE_STARS_MAX = 4 };

/* Wildcards as one would define them; too slow for long ones. */
static int naive_match(struct byte_view pattern, struct byte_view text)
{
	struct byte_view pattern_rest = {pattern.ptr + 1, pattern.len - 1};
	struct byte_view text_rest = {text.ptr + 1, text.len - 1};
	uint8_t c;

	if (pattern.len == 0)
		return text.len == 0;
	if (pattern.ptr[0] == '*')
		return naive_match(pattern_rest, text) ||
		       (text.len > 0 && naive_match(pattern, text_rest));
	c = pattern.ptr[0] >= 'A' && pattern.ptr[0] <= 'Z' ? pattern.ptr[0] | 0x20 : pattern.ptr[0];
	return text.len > 0 && (c == '?' || c == text.ptr[0]) &&
	       naive_match(pattern_rest, text_rest);
}

/* -1 where it would take too long. */
static int naive_match_list(struct byte_view names, struct byte_view name)
{
	int matches = 0;

	if (names.len > NAIVE_LEN_MAX || name.len > NAIVE_LEN_MAX)
		return -1;
	for (size_t start = 0, end; start < names.len; start = end + 1) {
		int is_negated = names.ptr[start] == '!';
		struct byte_view pattern;

		for (end = start; end < names.len && names.ptr[end] != ',';)
			end++;
		start += (size_t)is_negated;
		pattern = (struct byte_view){names.ptr + start, end - start};
		if (!naive_match(pattern, name))
			continue;
		if (is_negated)
			return 0;
		matches = 1;
	}
	return matches;
}

static int stars(struct byte_view names)
{
	int count = 0;

	for (size_t i = 0; i < names.len; i++)
		count += names.ptr[i] == '*';
	return count;
}

static void check_match(struct byte_view names, const char *name)
{
	struct byte_view exact = exact_copy(names.ptr, names.len);
	int matches = known_hosts_match(exact, name);

	if (names.ptr[0] != '|' && stars(names) <= NAIVE_STARS_MAX) {
		int expected = naive_match_list(names, view_of(name));

		FUZZ_CHECK(expected < 0 || matches == expected);
	}
	exact_free(exact);
}

/* What stands behind the key is a comment, and a system may end lines with two bytes. */
static void check_comment(struct byte_view line, const struct known_hosts_line *parsed)
{
	struct known_hosts_line again;
	struct byte_buf longer;

	byte_buf_init(&longer, line.len + 16);
	byte_buf_put_bytes(&longer, line.ptr, line.len);
	byte_buf_put_bytes(&longer, " # x\r", 5);
	FUZZ_CHECK(known_hosts_parse(byte_buf_view(&longer), &again) == 0);
	FUZZ_CHECK(again.marker == parsed->marker && view_equal(again.names, parsed->names));
	FUZZ_CHECK(view_equal(byte_buf_view(&again.key_blob), byte_buf_view(&parsed->key_blob)));
	known_hosts_line_deinit(&again);
	byte_buf_deinit(&longer);
}

static void check_line(struct byte_view line, const char *name)
{
	struct known_hosts_line parsed;
	int err = known_hosts_parse(line, &parsed);

	FUZZ_CHECK(err == 0 || err == -ENOENT || err == -EBADMSG || err == -EMSGSIZE);
	if (err != 0)
		return;
	FUZZ_CHECK(parsed.names.len > 0 && fuzz_is_inside(parsed.names, line));
	FUZZ_CHECK(parsed.key_blob.len <= KNOWN_HOSTS_KEY_MAX);
	FUZZ_CHECK(key_blob_type(byte_buf_view(&parsed.key_blob)).len > 0);
	check_match(parsed.names, name);
	if (memchr(line.ptr, '\0', line.len) == NULL && line.len + 16 < KNOWN_HOSTS_LINE_MAX)
		check_comment(line, &parsed);
	known_hosts_line_deinit(&parsed);
}

static void check_name(const char *text, struct host_name *host)
{
	char as_given[sizeof(host->host) + sizeof("[]:65535")];
	struct host_name again;

	if (host_name_parse(text, host) != 0) {
		FUZZ_CHECK(host_name_parse("fallback.example:2222", host) == 0);
		return;
	}
	FUZZ_CHECK(host->host[0] != '\0' && strpbrk(host->host, "*?!,|[] \t") == NULL);
	FUZZ_CHECK(host->port != 0);
	/* What it is looked up by is as good a way to name it, with the default port added. */
	snprintf(as_given, sizeof(as_given), "[%s]:%u", host->host, host->port);
	FUZZ_CHECK(host_name_parse(as_given, &again) == 0);
	FUZZ_CHECK(strcmp(again.lookup, host->lookup) == 0 && again.port == host->port);
	FUZZ_CHECK(strcmp(host->lookup, host->port == 22 ? host->host : as_given) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t name_len = newline != NULL ? (size_t)(newline - data) : 0;
	size_t line_start = newline != NULL ? name_len + 1 : 0;
	struct byte_view line = exact_copy(data + line_start, size - line_start);
	struct host_name host;
	char *name = strndup((const char *)data, name_len);

	FUZZ_CHECK(name != NULL);
	check_name(name, &host);
	check_line(line, host.lookup);
	free(name);
	exact_free(line);
	return 0;
}
