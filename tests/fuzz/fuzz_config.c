/*
 * fuzz_config - the text of a configuration file, as the daemon reads it.
 */
#include <errno.h>

#include "agentd/config_sections.h"
#include "tests/fuzz/capture.h"

/* No directory of this name is there, so file names in the text lead nowhere. */
static const char path[] = "/no-such-directory/config";

static struct capture errors = {.fd = STDERR_FILENO};
static const char *said; /* of mistakes */

static void set_up(void)
{
	static bool is_set_up;

	if (is_set_up)
		return;
	FUZZ_CHECK(setenv("HOME", "/no-such-directory", 1) == 0);
	log_init("fuzz", LOG_LEVEL_ERROR);
	is_set_up = true;
}

static int read_config(struct byte_view text, struct options *options)
{
	struct byte_view exact = exact_copy(text.ptr, text.len);
	int err;

	*options = (struct options){.limits = limits_default};
	capture_begin(&errors);
	err = config_sections_read(exact, path, options);
	said = capture_end(&errors);
	exact_free(exact);
	return err;
}

static void forget(struct options *options)
{
	source_set_deinit(&options->sources);
	options_deinit(options);
}

/* Each mistake is said in a line of its own, with file and line of the text; the number of them. */
static unsigned check_said(unsigned long line_max)
{
	static const char prefix[] = "fuzz: /no-such-directory/config:";
	unsigned count = capture_check_lines(said, prefix);
	const char *line = said;

	for (unsigned i = 0; i < count; i++) {
		char *end;
		unsigned long number = strtoul(line + strlen(prefix), &end, 10);

		/* Of a great many the last are only counted. */
		if (i + 1 == count && strncmp(end, " more mistake", strlen(" more mistake")) == 0)
			break;
		FUZZ_CHECK(number >= 1 && number <= line_max && end[0] == ':' && end[1] == ' ');
		line = strchr(line, '\n') + 1;
	}
	return count;
}

static unsigned long count_lines(struct byte_view text)
{
	unsigned long count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

static void check_ids(const struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		FUZZ_CHECK(id_is_valid(view_of(set->list[i]->id)));
		FUZZ_CHECK(source_find(set, set->list[i]->id) == set->list[i]); /* once */
		FUZZ_CHECK(set->list[i]->config_line > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char comment[] = "; of no importance\n\n";
	struct byte_view text = {data, size};
	/* What an editor puts before the text is that at its start alone. */
	size_t mark_len = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct options options;
	struct options again;
	struct byte_buf longer;
	unsigned mistakes;
	int err;

	set_up();
	err = read_config(text, &options);
	if (capture_is_on()) {
		mistakes = check_said(count_lines(text));
		FUZZ_CHECK(err == (mistakes > 0 ? -EINVAL : 0));
	}
	check_ids(&options.sources);

	byte_buf_init(&longer, size + sizeof(comment));
	byte_buf_put_bytes(&longer, data, mark_len);
	byte_buf_put_bytes(&longer, comment, strlen(comment));
	byte_buf_put_bytes(&longer, data + mark_len, size - mark_len);
	FUZZ_CHECK(read_config(byte_buf_view(&longer), &again) == err);
	FUZZ_CHECK(again.sources.count == options.sources.count);
	FUZZ_CHECK(memcmp(&again.limits, &options.limits, sizeof(again.limits)) == 0);
	byte_buf_deinit(&longer);
	forget(&again);
	forget(&options);
	return 0;
}
