/*
 * fuzz_ssh_config - what the shim's ssh reads of the image's configuration, and of what `ssh -G` prints.
 *
 * The first line is the host that is asked for. Include, which leads to other files, is not followed here.
 */
#include <errno.h>

#include "shim/client_config.h"
#include "tests/fuzz/memory_file.h"

/* Takes the first line off text. */
static struct byte_view take_line(struct byte_view *text)
{
	const uint8_t *newline = text->len > 0 ? memchr(text->ptr, '\n', text->len) : NULL;
	struct byte_view line = *text;

	if (newline != NULL)
		line.len = (size_t)(newline - text->ptr);
	text->ptr += line.len + (newline != NULL);
	text->len -= line.len + (newline != NULL);
	return line;
}

static void check_values(const struct client_values *values)
{
	FUZZ_CHECK(strnlen(values->host, sizeof(values->host)) < sizeof(values->host));
	FUZZ_CHECK(strnlen(values->known_hosts, sizeof(values->known_hosts)) <
		   sizeof(values->known_hosts));
}

/* Line by line, each in a block of its own size: the same as the file. False for one that includes. */
static bool read_lines(struct byte_view text, struct byte_view host, struct client_config *config)
{
	struct client_block block = {.is_active = true};
	struct byte_view value;

	while (text.len > 0) {
		struct byte_view line = take_line(&text);
		struct byte_view copy = exact_copy(line.ptr, line.len);
		bool includes = client_line_value(copy, "include", &value);

		config->settings |= client_line_settings(copy);
		client_values_take(&config->values, copy, host, &block);
		exact_free(copy);
		if (includes)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view text = {data, size};
	struct client_settings settings = {.port = 0};
	struct client_config lines = {.values.is_plain = true};
	struct client_config file = {.values.is_plain = true};
	struct byte_view host = take_line(&text);

	if (client_settings_parse(text, &settings) == 0)
		FUZZ_CHECK(settings.port != 0 && settings.host[0] != '\0' &&
			   strlen(settings.host) < sizeof(settings.host) &&
			   strlen(settings.known_hosts) < sizeof(settings.known_hosts));
	else
		FUZZ_CHECK(settings.port == 0);
	if (!read_lines(text, host, &lines))
		return 0;
	check_values(&lines.values);
	client_config_add_file(&file, memory_file_write(text), "/nowhere", NULL, host);
	FUZZ_CHECK(file.settings == lines.settings);
	FUZZ_CHECK(file.values.is_plain == lines.values.is_plain &&
		   file.values.port == lines.values.port &&
		   strcmp(file.values.host, lines.values.host) == 0 &&
		   strcmp(file.values.known_hosts, lines.values.known_hosts) == 0);
	return 0;
}
