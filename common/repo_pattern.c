#include "common/repo_pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/number.h"

static int copy_small(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < len; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	to[len] = '\0';
	return 0;
}

int repo_place_set_host(struct repo_place *place, const char *host, uint16_t port)
{
	place->port = port;
	return copy_small(place->host, sizeof(place->host), host, strlen(host));
}

/* "~/" is the login's home, where a relative path starts anyway; "~user" is another place. */
static const char *skip_start(const char *path)
{
	for (;;) {
		if (path[0] == '/')
			path++;
		else if (path[0] == '~' && path[1] == '/')
			path += 2;
		else
			return path;
	}
}

int repo_place_set_path(struct repo_place *place, const char *path)
{
	size_t len;

	path = skip_start(path);
	len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len > 4 && strncasecmp(path + len - 4, ".git", 4) == 0 && path[len - 5] != '/')
		len -= 4;
	return copy_small(place->path, sizeof(place->path), path, len);
}

/* HOST, HOST:PORT or [ADDRESS]:PORT, len characters. */
static int parse_host(const char *text, size_t len, struct repo_place *place)
{
	const char *end = text + len;
	const char *colon = memchr(text, ':', len);
	const char *host_end = colon != NULL ? colon : end;
	char digits[8];
	unsigned long port = 0;

	if (text[0] == '[') {
		text++;
		host_end = memchr(text, ']', (size_t)(end - text));
		if (host_end == NULL || (host_end + 1 != end && host_end[1] != ':'))
			return -EINVAL;
		colon = host_end + 1 != end ? host_end + 1 : NULL;
	}
	if (colon != NULL) {
		len = (size_t)(end - colon - 1);
		if (len >= sizeof(digits))
			return -EINVAL;
		memcpy(digits, colon + 1, len);
		digits[len] = '\0';
		if (number_parse(digits, 1, UINT16_MAX, &port) != 0)
			return -EINVAL;
	}
	place->port = (uint16_t)port;
	if (host_end == text)
		return -EINVAL;
	return copy_small(place->host, sizeof(place->host), text, (size_t)(host_end - text)) == 0
		       ? 0
		       : -EINVAL;
}

int repo_pattern_parse(const char *text, struct repo_place *out)
{
	struct repo_place place = {0};
	size_t host_len = strcspn(text, "/");
	int err;

	if (strlen(text) > REPO_PATTERN_MAX)
		return -EINVAL;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == ' ' || (unsigned char)*p < 0x20 || *p == 0x7f)
			return -EINVAL;
	}
	err = parse_host(text, host_len, &place);
	if (err != 0)
		return err;
	(void)repo_place_set_path(&place, text + host_len); /* a pattern's path always fits */
	*out = place;
	return 0;
}

/* A wildcard that has matched something, and may yet match more. */
struct retry {
	const char *pattern; /* behind it; NULL: there is none */
	const char *text;    /* the first character it has not taken */
	bool takes_slash;
};

/* True if it took one more character. */
static bool retry_take(struct retry *retry)
{
	if (retry->pattern == NULL || *retry->text == '\0' ||
	    (*retry->text == '/' && !retry->takes_slash))
		return false;
	retry->text++;
	return true;
}

static bool matches_here(char wanted, char c)
{
	return c != '\0' && (wanted == c || (wanted == '?' && c != '/'));
}

/*
 * Whole text against a pattern; with covers_below, what stands in text behind a "/" may be left
 * over. The last "*" is tried again before the last "**", and each takes a longer piece every time,
 * so the work is bounded by the product of the two lengths squared at worst, both of them short.
 */
static bool glob_fits(const char *pattern, const char *text, bool covers_below)
{
	struct retry star = {0};
	struct retry double_star = {0};

	for (;;) {
		if (*pattern == '*') {
			struct retry *retry = pattern[1] == '*' ? &double_star : &star;

			pattern += strspn(pattern, "*");
			*retry = (struct retry){.pattern = pattern, .text = text};
			retry->takes_slash = retry == &double_star;
			if (retry->takes_slash)
				star = (struct retry){0};
			continue;
		}
		if (*pattern == '\0' && (*text == '\0' || (covers_below && *text == '/')))
			return true;
		if (matches_here(*pattern, *text)) {
			pattern++;
			text++;
		} else if (retry_take(&star)) {
			pattern = star.pattern;
			text = star.text;
		} else if (retry_take(&double_star)) {
			star = (struct retry){0};
			pattern = double_star.pattern;
			text = double_star.text;
		} else {
			return false;
		}
	}
}

static int count_literals(const char *pattern)
{
	int count = 0;

	for (; *pattern != '\0'; pattern++)
		count += *pattern != '*' && *pattern != '?';
	return count;
}

int repo_pattern_fit(const struct repo_place *pattern, const struct repo_place *place)
{
	if (pattern->port != 0 && pattern->port != place->port)
		return -ENOENT;
	if (!glob_fits(pattern->host, place->host, false))
		return -ENOENT;
	if (pattern->path[0] != '\0' && !glob_fits(pattern->path, place->path, true))
		return -ENOENT;
	return count_literals(pattern->host) + count_literals(pattern->path) +
	       (pattern->port != 0 ? 1 : 0);
}
