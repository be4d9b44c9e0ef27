#include "shim/client_values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/number.h"
#include "common/wildcard.h"
#include "shim/client_args.h"

struct byte_view client_values_word(struct byte_view *line)
{
	struct byte_view word;

	while (line->len > 0 && client_is_blank(line->ptr[0])) {
		line->ptr++;
		line->len--;
	}
	word = (struct byte_view){.ptr = line->ptr};
	while (line->len > 0 && !client_is_blank(line->ptr[0])) {
		line->ptr++;
		line->len--;
		word.len++;
	}
	return word;
}

/* Quotes, comments, tokens and variables are what versions of OpenSSH disagree about. */
static bool is_plain(struct byte_view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\0' || strchr("\"'\\#%$~=", text.ptr[i]) != NULL)
			return false;
	}
	return true;
}

/* As in readconf.c: a pattern with "!" that fits ends the line, and the block counts not. */
static bool is_host_meant(struct byte_view patterns, struct byte_view host)
{
	bool is_meant = false;
	struct byte_view pattern;

	while ((pattern = client_values_word(&patterns)).len > 0) {
		bool is_negated = pattern.ptr[0] == '!';

		pattern.ptr += is_negated;
		pattern.len -= is_negated;
		if (!wildcard_match(pattern, host))
			continue;
		if (is_negated)
			return false;
		is_meant = true;
	}
	return is_meant;
}

/* The line's only word; false if it has none, more, or a long one. */
static bool take_word(struct byte_view text, char *out, size_t size)
{
	struct byte_view word = client_values_word(&text);

	if (word.len == 0 || word.len >= size || client_values_word(&text).len > 0)
		return false;
	memcpy(out, word.ptr, word.len);
	out[word.len] = '\0';
	return true;
}

static bool take_port(struct byte_view text, uint16_t *out)
{
	unsigned long port;
	char digits[8];

	if (!take_word(text, digits, sizeof(digits)) ||
	    number_parse(digits, 1, UINT16_MAX, &port) != 0)
		return false;
	*out = (uint16_t)port;
	return true;
}

/* With one space between, as `ssh -G` prints them. */
static bool take_files(struct byte_view text, char *out, size_t size)
{
	struct byte_view word;
	size_t len = 0;

	while ((word = client_values_word(&text)).len > 0) {
		if (word.len + 2 > size - len)
			return false;
		len += (size_t)snprintf(out + len, size - len, "%s%.*s", len > 0 ? " " : "",
					(int)word.len, (const char *)word.ptr);
	}
	return len > 0;
}

void client_values_take(struct client_values *values, struct byte_view line, struct byte_view host,
			struct client_block *block)
{
	struct byte_view value;
	bool is_good = true;

	if (client_line_value(line, "match", &value) ||
	    client_line_value(line, "canonicalizehostname", &value)) {
		is_good = false;
	} else if (client_line_value(line, "host", &value)) {
		is_good = is_plain(value);
		block->is_active = !block->is_never && is_host_meant(value, host);
	} else if (!block->is_active) {
		return;
	} else if (client_line_value(line, "hostname", &value)) {
		is_good = is_plain(value) && (values->host[0] != '\0' ||
					      take_word(value, values->host, sizeof(values->host)));
	} else if (client_line_value(line, "port", &value)) {
		is_good = is_plain(value) && (values->port != 0 || take_port(value, &values->port));
	} else if (client_line_value(line, "globalknownhostsfile", &value)) {
		is_good = is_plain(value) &&
			  (values->known_hosts[0] != '\0' ||
			   take_files(value, values->known_hosts, sizeof(values->known_hosts)));
	}
	values->is_plain = values->is_plain && is_good;
}
