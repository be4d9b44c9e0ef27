/*
 * corpus_main.c - a main for fuzz targets that were built without libFuzzer.
 *
 * usage: fuzz_TARGET DIRECTORY
 *
 * Feeds the target every file of the directory, each in a heap block of exactly its size, and the
 * empty input. Names each first: the last one named is the one that breaks a claim.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static _Noreturn void die(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(EXIT_FAILURE);
}

static void feed(const void *bytes, size_t len)
{
	struct byte_view input = exact_copy(bytes, len);

	LLVMFuzzerTestOneInput(input.ptr, input.len);
	exact_free(input);
}

static void feed_file(int directory_fd, const char *name)
{
	int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	char *bytes;

	if (fd < 0 || fstat(fd, &stat) != 0)
		die(name);
	bytes = malloc((size_t)stat.st_size + 1);
	if (bytes == NULL || read(fd, bytes, (size_t)stat.st_size) != stat.st_size)
		die(name);
	close(fd);
	puts(name);
	feed(bytes, (size_t)stat.st_size);
	free(bytes);
}

int main(int argc, char **argv)
{
	DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	unsigned count = 0;

	if (directory == NULL)
		die(argc == 2 ? argv[1] : "usage: fuzz_TARGET DIRECTORY");
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("(nothing)");
	feed("", 0);
	for (; (entry = readdir(directory)) != NULL; count++) {
		if (entry->d_name[0] != '.')
			feed_file(dirfd(directory), entry->d_name);
	}
	closedir(directory);
	return count > 2 ? EXIT_SUCCESS : EXIT_FAILURE; /* more than . and .. */
}
