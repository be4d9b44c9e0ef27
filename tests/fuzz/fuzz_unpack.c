/*
 * fuzz_unpack - a directory that comes over the link, made again on a real file system: nothing comes of it
 * but files, directories and links below where it goes, no link leads out, and what is beside it stays.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/tree.h"
#include "shim/unpack.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH_MAX = UNPACK_DEPTH_MAX + 2 };

static char directory[] = "/dev/shm/fuzz-unpack-XXXXXX";
static int directory_fd = -1;
static char root_path[PATH_MAX];

static void remove_all(void)
{
	unlinkat(directory_fd, "beside", 0);
	unlinkat(directory_fd, "root", AT_REMOVEDIR);
	rmdir(directory);
}

static void set_up(void)
{
	int fd;

	if (directory_fd >= 0)
		return;
	FUZZ_CHECK(mkdtemp(directory) != NULL);
	directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FUZZ_CHECK(directory_fd >= 0 && atexit(remove_all) == 0);
	snprintf(root_path, sizeof(root_path), "%s/root", directory);
	fd = openat(directory_fd, "beside", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	FUZZ_CHECK(fd >= 0 && write(fd, "untouched", 9) == 9);
	close(fd);
}

/* Where it ends, as far as there is anything: below the root. */
static void check_link(int fd, const char *name)
{
	char self[64];
	char path[PATH_MAX] = "";
	char *real;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	FUZZ_CHECK(readlink(self, path, sizeof(path) - NAME_MAX - 2) > 0);
	strcat(path, "/");
	strncat(path, name, NAME_MAX);
	real = realpath(path, NULL);
	if (real != NULL)
		FUZZ_CHECK(strncmp(real, root_path, strlen(root_path)) == 0 &&
			   (real[strlen(root_path)] == '/' || real[strlen(root_path)] == '\0'));
	free(real);
}

static void check_tree(int fd, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	struct stat info;

	FUZZ_CHECK(dir != NULL && depth < DEPTH_MAX);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		FUZZ_CHECK(fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0);
		FUZZ_CHECK(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode) || S_ISLNK(info.st_mode));
		FUZZ_CHECK(S_ISLNK(info.st_mode) || (info.st_mode & 07077) == 0);
		if (S_ISDIR(info.st_mode))
			check_tree(openat(fd, entry->d_name,
					  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				   depth + 1);
		else if (S_ISLNK(info.st_mode))
			check_link(fd, entry->d_name);
	}
	closedir(dir);
}

static void check_beside(void)
{
	char content[16] = "";
	int fd = openat(directory_fd, "beside", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	FUZZ_CHECK(fd >= 0 && read(fd, content, sizeof(content)) == 9);
	FUZZ_CHECK(memcmp(content, "untouched", 9) == 0);
	close(fd);
}

static void unpack_all(int root_fd, struct byte_view archive)
{
	static struct unpack unpack;
	int err = 0;

	unpack_init(&unpack, root_fd);
	while (err == 0 && archive.len > 0) {
		size_t len = archive.len < 1000 ? archive.len : 1000;
		struct byte_view piece = exact_copy(archive.ptr, len);

		err = unpack_push(&unpack, piece);
		exact_free(piece);
		archive.ptr += len;
		archive.len -= len;
	}
	if (err == 0)
		err = unpack_finish(&unpack);
	FUZZ_CHECK(err <= 0);
	unpack_deinit(&unpack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int root_fd;

	set_up();
	FUZZ_CHECK(mkdirat(directory_fd, "root", 0700) == 0);
	root_fd = openat(directory_fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FUZZ_CHECK(root_fd >= 0);
	unpack_all(root_fd, (struct byte_view){data, size});
	check_tree(openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0);
	check_beside();
	close(root_fd);
	tree_remove(directory_fd, "root");
	return 0;
}
