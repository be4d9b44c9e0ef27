/*
 * fuzz_config - the text of a configuration file, as the daemon reads it.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agentd/config_sections.h"
#include "tests/fuzz/fuzz.h"

/* No directory of this name is there, so file names in the text lead nowhere. */
static const char path[] = "/no-such-directory/config";

enum { SAID_MAX = 256 * 1024 };

static int said_fd = -1;
static int stderr_fd;

/* What is said of mistakes, to be looked at. A sanitizer's report, too: FUZZ_LOUD shows all. */
static void say_to(int fd)
{
	if (getenv("FUZZ_LOUD") == NULL)
		FUZZ_CHECK(dup2(fd, STDERR_FILENO) == STDERR_FILENO);
}

static void set_up(void)
{
	if (said_fd >= 0)
		return;
	said_fd = memfd_create("said", MFD_CLOEXEC);
	stderr_fd = dup(STDERR_FILENO);
	FUZZ_CHECK(said_fd >= 0 && stderr_fd >= 0);
	FUZZ_CHECK(setenv("HOME", "/no-such-directory", 1) == 0);
	log_init("fuzz", LOG_LEVEL_ERROR);
}

static int read_config(struct byte_view text, struct options *options)
{
	struct byte_view exact = exact_copy(text.ptr, text.len);
	int err;

	*options = (struct options){.limits = limits_default};
	FUZZ_CHECK(ftruncate(said_fd, 0) == 0 && lseek(said_fd, 0, SEEK_SET) == 0);
	say_to(said_fd);
	err = config_sections_read(exact, path, options);
	say_to(stderr_fd);
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
	static char said[SAID_MAX + 1];
	static const char prefix[] = "fuzz: /no-such-directory/config:";
	ssize_t len = pread(said_fd, said, SAID_MAX, 0);
	unsigned count = 0;
	char *line = said;

	FUZZ_CHECK(len >= 0);
	for (said[len] = '\0'; *line != '\0'; count++) {
		char *end = strchr(line, '\n');
		unsigned long number;

		FUZZ_CHECK(end != NULL && strncmp(line, prefix, strlen(prefix)) == 0);
		number = strtoul(line + strlen(prefix), &line, 10);
		FUZZ_CHECK(number >= 1 && number <= line_max && line[0] == ':' && line[1] == ' ');
		for (; line < end; line++)
			FUZZ_CHECK((uint8_t)*line >= 0x20 && *line != 0x7f);
		line++;
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
	struct options options;
	struct options again;
	struct byte_buf longer;
	unsigned mistakes;
	int err;

	set_up();
	err = read_config(text, &options);
	if (getenv("FUZZ_LOUD") == NULL) {
		mistakes = check_said(count_lines(text));
		FUZZ_CHECK(err == (mistakes > 0 ? -EINVAL : 0));
	}
	check_ids(&options.sources);

	byte_buf_init(&longer, size + sizeof(comment));
	byte_buf_put_bytes(&longer, comment, strlen(comment));
	byte_buf_put_bytes(&longer, data, size);
	FUZZ_CHECK(read_config(byte_buf_view(&longer), &again) == err);
	FUZZ_CHECK(again.sources.count == options.sources.count);
	FUZZ_CHECK(memcmp(&again.limits, &options.limits, sizeof(again.limits)) == 0);
	byte_buf_deinit(&longer);
	forget(&again);
	forget(&options);
	return 0;
}
