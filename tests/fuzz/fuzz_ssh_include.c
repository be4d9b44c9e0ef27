/*
 * fuzz_ssh_include - files of ssh_config(5) that include each other, as the shim's ssh reads them.
 *
 * The first line is the host that is asked for; behind it are the files, a NUL between them: they are called a,
 * b, c and so on, and lie where names of included files start. No name leads out of there.
 */
#include <fcntl.h>
#include <unistd.h>

#include "shim/client_config.h"
#include "tests/fuzz/fuzz.h"

enum { FILES = 5, OURS = FILES }; /* ours is elsewhere */

static char directory[] = "/dev/shm/fuzz-ssh-include-XXXXXX";
static char our_file[] = "/dev/shm/fuzz-ssh-include-XXXXXX";

static const char *path_of(size_t file)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%c", directory, (char)('a' + file));
	return file == OURS ? our_file : path;
}

static void remove_all(void)
{
	for (size_t i = 0; i <= OURS; i++)
		unlink(path_of(i));
	rmdir(directory);
}

static void set_up(void)
{
	static bool is_set_up;
	int fd;

	if (is_set_up)
		return;
	fd = mkstemp(our_file);
	FUZZ_CHECK(fd >= 0 && mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	close(fd);
	is_set_up = true;
}

static void write_file(size_t file, struct byte_view text)
{
	int fd = open(path_of(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len);
	close(fd);
}

static struct byte_view take_until(struct byte_view *text, uint8_t end)
{
	const uint8_t *found = text->len > 0 ? memchr(text->ptr, end, text->len) : NULL;
	struct byte_view piece = {text->ptr,
				  found != NULL ? (size_t)(found - text->ptr) : text->len};

	text->ptr += piece.len + (found != NULL);
	text->len -= piece.len + (found != NULL);
	return piece;
}

static struct client_config read_config(size_t file, struct byte_view host)
{
	struct client_config config = {.values.is_plain = true};

	client_config_add_file(&config, path_of(file), directory, "/nowhere", host);
	FUZZ_CHECK(config.settings != CLIENT_SETS_ANY || !config.values.is_plain);
	FUZZ_CHECK(strnlen(config.values.host, REPO_HOST_SIZE) < REPO_HOST_SIZE);
	return config;
}

static struct client_config read_text(const char *text, struct byte_view host)
{
	write_file(OURS, view_of(text));
	return read_config(OURS, host);
}

static void check_same(const struct client_config *a, const struct client_config *b)
{
	FUZZ_CHECK(a->settings == b->settings && a->values.is_plain == b->values.is_plain);
	FUZZ_CHECK(!a->values.is_plain ||
		   (a->values.port == b->values.port &&
		    strcmp(a->values.host, b->values.host) == 0 &&
		    strcmp(a->values.known_hosts, b->values.known_hosts) == 0));
}

/* What a file says when it is included is what it says by itself; but not where no host is meant. */
static void check_included(size_t file, struct byte_view host)
{
	struct client_config alone = read_config(file, host);
	struct client_config other;
	char text[128];

	snprintf(text, sizeof(text), "Include %c", (char)('a' + file));
	other = read_text(text, host);
	/* Too many files, or too deep, can be so by one. */
	if (other.settings == CLIENT_SETS_ANY)
		return;
	check_same(&alone, &other);
	snprintf(text, sizeof(text), "Host *\n include=%s\n", path_of(file));
	other = read_text(text, host);
	check_same(&alone, &other);
	snprintf(text, sizeof(text), "Host * !*\nInclude %c\nHost *\nPort 77", (char)('a' + file));
	other = read_text(text, host);
	FUZZ_CHECK(other.settings == (alone.settings | CLIENT_SETS_HOST));
	FUZZ_CHECK(!other.values.is_plain ||
		   (other.values.port == 77 && other.values.host[0] == '\0' &&
		    other.values.known_hosts[0] == '\0'));
}

/* All files say what each says; and the first value counts: one that is included again adds nothing. */
static void check_all(unsigned settings, struct byte_view host)
{
	struct client_config once = read_text("Include [a-e]", host);
	struct client_config twice = read_text("Include [a-e]\nInclude b a", host);

	FUZZ_CHECK(once.settings == settings || once.settings == CLIENT_SETS_ANY);
	if (twice.settings != CLIENT_SETS_ANY)
		check_same(&once, &twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view text = {data, size};
	struct byte_view host = take_until(&text, '\n');
	unsigned settings = 0;

	if (size == 0 || memchr(data, '/', size) != NULL)
		return 0;
	set_up();
	for (size_t i = 0; i < FILES; i++)
		write_file(i, take_until(&text, '\0'));
	for (size_t i = 0; i < FILES; i++) {
		check_included(i, host);
		settings |= read_config(i, host).settings;
	}
	check_all(settings, host);
	return 0;
}
