#include "shim/client_args.h"

#include <string.h>
#include <strings.h>

#include "common/number.h"

/* Of every OpenSSH there is; of -P, once a flag without meaning, the newest's. */
static const char options_with_value[] = "BDEFIJLOPQRSWbceilmopw";

bool client_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static void skip_blanks(struct byte_view *line)
{
	while (line->len > 0 && client_is_blank(line->ptr[0])) {
		line->ptr++;
		line->len--;
	}
}

/* The keyword, which may stand in quotes; *line is what follows it and its "=". */
static struct byte_view take_keyword(struct byte_view *line)
{
	struct byte_view word;
	bool is_quoted;

	skip_blanks(line);
	is_quoted = line->len > 0 && line->ptr[0] == '"';
	if (is_quoted) {
		line->ptr++;
		line->len--;
	}
	word = (struct byte_view){.ptr = line->ptr};
	while (line->len > 0 &&
	       (is_quoted ? line->ptr[0] != '"'
			  : !client_is_blank(line->ptr[0]) && line->ptr[0] != '=')) {
		line->ptr++;
		line->len--;
		word.len++;
	}
	if (is_quoted && line->len > 0) {
		line->ptr++;
		line->len--;
	}
	skip_blanks(line);
	if (line->len > 0 && line->ptr[0] == '=') {
		line->ptr++;
		line->len--;
		skip_blanks(line);
	}
	return word;
}

static bool is_keyword(struct byte_view word, const char *keyword)
{
	return word.len == strlen(keyword) &&
	       strncasecmp((const char *)word.ptr, keyword, word.len) == 0;
}

bool client_line_value(struct byte_view line, const char *keyword, struct byte_view *value)
{
	if (!is_keyword(take_keyword(&line), keyword))
		return false;
	*value = line;
	return true;
}

unsigned client_line_settings(struct byte_view line)
{
	static const struct {
		const char *keyword;
		unsigned settings;
	} known[] = {
		{"globalknownhostsfile", CLIENT_SETS_KNOWN_HOSTS},
		{"hostname", CLIENT_SETS_HOST},
		{"port", CLIENT_SETS_HOST},
		{"canonicalizehostname", CLIENT_SETS_HOST},
		{"identityagent", CLIENT_SETS_AGENT},
	};
	struct byte_view word = take_keyword(&line);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is_keyword(word, known[i].keyword))
			return known[i].settings;
	}
	return 0;
}

static void take_port(struct client_args *args, const char *text)
{
	unsigned long port;

	if (args->port == 0 && number_parse(text, 1, UINT16_MAX, &port) == 0)
		args->port = (uint16_t)port;
}

static void take_option(struct client_args *args, char option, const char *value)
{
	switch (option) {
	case 'F':
		args->config_file = value;
		break;
	case 'p':
		take_port(args, value);
		break;
	case 'o':
		args->settings |= client_line_settings(view_of(value));
		break;
	case 'v':
		args->is_verbose = true;
		break;
	case 'G':
	case 'O':
	case 'Q':
	case 'V':
		args->makes_no_login = true;
		break;
	default:
		break;
	}
}

/*
 * Options up to the first word that is none; true if "--" ended them. As for ssh, which looks at the word before
 * the destination: also where that is the last option's value.
 */
static bool take_options(struct client_args *args, char ***argv)
{
	char **first = *argv;

	for (; **argv != NULL && (**argv)[0] == '-' && (**argv)[1] != '\0'; (*argv)++) {
		const char *word = **argv + 1;

		if (strcmp(word, "-") == 0) {
			(*argv)++;
			break;
		}
		for (; *word != '\0'; word++) {
			if (strchr(options_with_value, *word) == NULL) {
				take_option(args, *word, NULL);
				continue;
			}
			if (word[1] == '\0' && (*argv)[1] == NULL) {
				(*argv)++; /* its value is missing: ssh will say so */
				return false;
			}
			take_option(args, *word, word[1] != '\0' ? word + 1 : *++*argv);
			break;
		}
	}
	return *argv > first && strcmp((*argv)[-1], "--") == 0;
}

/* HOST[:PORT] or [ADDRESS][:PORT] behind "ssh://". */
static void take_uri_host(struct client_args *args, const char *host)
{
	size_t len = strcspn(host, "/");
	const char *colon;

	if (host[0] == '[') {
		const char *bracket = memchr(host, ']', len);

		if (bracket == NULL)
			return;
		args->host = host + 1;
		args->host_len = (size_t)(bracket - host) - 1;
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
	} else {
		colon = memchr(host, ':', len);
		args->host = host;
		args->host_len = colon != NULL ? (size_t)(colon - host) : len;
	}
	if (colon != NULL) {
		char digits[6] = "";
		size_t count = len - (size_t)(colon + 1 - host);

		if (count < sizeof(digits)) {
			memcpy(digits, colon + 1, count);
			take_port(args, digits);
		}
	}
}

static void take_destination(struct client_args *args, char **at)
{
	static const char scheme[] = "ssh://";
	bool is_uri = strncasecmp(*at, scheme, strlen(scheme)) == 0;
	const char *text = is_uri ? *at + strlen(scheme) : *at;
	size_t len = is_uri ? strcspn(text, "/") : strlen(text);
	const char *sign = memrchr(text, '@', len);

	args->destination = at;
	if (sign != NULL)
		text = sign + 1;
	if (is_uri) {
		take_uri_host(args, text);
		return;
	}
	args->host = text;
	args->host_len = strlen(text);
	if (args->host_len > 2 && text[0] == '[' && text[args->host_len - 1] == ']') {
		args->host++;
		args->host_len -= 2;
	}
}

void client_args_parse(char **argv, struct client_args *out)
{
	bool are_over;

	*out = (struct client_args){0};
	if (*argv != NULL)
		argv++;
	are_over = take_options(out, &argv);
	if (*argv == NULL)
		return;
	take_destination(out, argv++);
	if (!are_over)
		(void)take_options(out, &argv);
	if (*argv != NULL)
		out->command = argv;
}
