/*
 * scan_memory - whether a process has given bytes anywhere in its memory.
 *
 *     scan_memory PID FILE
 *
 * Looks for the content of FILE in all readable mappings of PID. Exit status: 0 found, 1 not found,
 * 2 could not look.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_FOUND = 0,
	EXIT_NOT_FOUND = 1,
	EXIT_CANNOT_LOOK = 2,
	NEEDLE_MAX = 64 * 1024,
	CHUNK_LEN = 1024 * 1024,
};

/* AddressSanitizer reserves terabytes for its bookkeeping, which holds no bytes of the program. */
static const uint64_t mapping_len_max = UINT64_C(1) << 30;

struct needle {
	char bytes[NEEDLE_MAX];
	size_t len;
};

static void read_needle(const char *path, struct needle *needle)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		err(EXIT_CANNOT_LOOK, "%s", path);
	len = read(fd, needle->bytes, sizeof(needle->bytes));
	if (len <= 0 || len == NEEDLE_MAX)
		errx(EXIT_CANNOT_LOOK, "%s: empty or too long", path);
	needle->len = (size_t)len;
	close(fd);
}

/* Chunks overlap by the needle's length. Pages that cannot be read hold nothing. */
static int mapping_has(int mem, uint64_t start, uint64_t end, const struct needle *needle)
{
	static char chunk[CHUNK_LEN];
	uint64_t step = CHUNK_LEN - needle->len;

	for (uint64_t at = start; at < end; at += step) {
		size_t wanted = end - at < CHUNK_LEN ? (size_t)(end - at) : CHUNK_LEN;
		ssize_t len = pread(mem, chunk, wanted, (off_t)at);

		if (len > 0 && memmem(chunk, (size_t)len, needle->bytes, needle->len) != NULL)
			return 1;
	}
	return 0;
}

/* From a line of /proc/PID/maps. */
static bool parse_readable(const char *line, uint64_t *start, uint64_t *end)
{
	char *next;

	*start = strtoull(line, &next, 16);
	if (*next != '-')
		return false;
	*end = strtoull(next + 1, &next, 16);
	return next[0] == ' ' && next[1] == 'r';
}

int main(int argc, char **argv)
{
	static struct needle needle;
	char path[64];
	char line[4096 + 128];
	FILE *maps;
	int looked = 0;
	int mem;

	if (argc != 3)
		errx(EXIT_CANNOT_LOOK, "usage: scan_memory PID FILE");
	read_needle(argv[2], &needle);
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	if (mem < 0)
		err(EXIT_CANNOT_LOOK, "%s", path);
	snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
	maps = fopen(path, "re");
	if (maps == NULL)
		err(EXIT_CANNOT_LOOK, "%s", path);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uint64_t start;
		uint64_t end;

		if (!parse_readable(line, &start, &end) || end - start > mapping_len_max)
			continue;
		looked++;
		if (mapping_has(mem, start, end, &needle)) {
			printf("found in %s", line);
			return EXIT_FOUND;
		}
	}
	fclose(maps);
	close(mem);
	if (looked == 0)
		errx(EXIT_CANNOT_LOOK, "%s has no readable memory", argv[1]);
	return EXIT_NOT_FOUND;
}
