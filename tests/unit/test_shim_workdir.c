#include "shim/workdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

static const char parent_template[] = "/tmp/test_workdir.XXXXXX";
static char parent[sizeof(parent_template)];

static void make_parent(void)
{
	memcpy(parent, parent_template, sizeof(parent_template));
	ck_assert_ptr_nonnull(mkdtemp(parent));
}

static void remove_parent(void)
{
	ck_assert_int_eq(rmdir(parent), 0); /* and so it is empty */
}

static void touch_socket(const struct workdir *workdir)
{
	int fd = open(workdir->socket_path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

START_TEST(a_private_directory_is_made_and_removed)
{
	struct workdir workdir;
	struct stat st;

	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	ck_assert_int_eq(stat(workdir.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(strncmp(workdir.socket_path, workdir.path, strlen(workdir.path)), 0);
	touch_socket(&workdir);
	workdir_remove(&workdir);
	ck_assert_int_eq(stat(workdir.path, &st), -1);
}
END_TEST

START_TEST(a_passable_directory_cannot_be_listed)
{
	struct workdir workdir;
	struct stat st;

	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PASSABLE, &workdir), 0);
	ck_assert_int_eq(stat(workdir.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0711);
	workdir_remove(&workdir);
}
END_TEST

/* As much as a shim puts there, and a file of somebody else's behind each link. */
static void fill(const struct workdir *workdir)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "cd '%s' && mkdir ids bin && touch agent.sock known_hosts routes && "
		 "ln -s ../../victim bin/ssh && ln -s /no/such bin/scp && touch ../victim",
		 workdir->path);
	/* NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor): the test's own */
	ck_assert_int_eq(system(command), 0);
}

START_TEST(all_of_ours_is_removed_and_no_link_is_followed)
{
	struct workdir workdir;
	char path[256];

	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	fill(&workdir);
	workdir_remove(&workdir);
	ck_assert_int_eq(access(workdir.path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/victim", parent);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(what_is_not_ours_stays)
{
	struct workdir workdir;
	char command[512];
	char path[256];

	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	/* A directory that is a link, and files of kinds that are never in ours. */
	snprintf(command, sizeof(command),
		 "cd '%s' && mkdir ../theirs bin && ln -s /no/such ../theirs/link && "
		 "ln -s ../theirs ids && touch bin/file ../theirs/file",
		 workdir.path);
	/* NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor): the test's own */
	ck_assert_int_eq(system(command), 0);
	workdir_remove(&workdir);
	snprintf(path, sizeof(path), "%s/bin/file", workdir.path);
	ck_assert_int_eq(access(path, F_OK), 0);
	snprintf(command, sizeof(command),
		 "cd '%s' && test -L theirs/link && test -f theirs/file "
		 "&& rm -r theirs '%s'",
		 parent, workdir.path);
	/* NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor): the test's own */
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(the_parents_time_is_as_before)
{
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000, .tv_nsec = 7}};
	struct workdir workdir;
	struct stat st;

	ck_assert_int_eq(utimensat(AT_FDCWD, parent, old, 0), 0);
	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	workdir.is_on_disk = true; /* wherever the tests run */
	touch_socket(&workdir);
	workdir_remove(&workdir);
	ck_assert_int_eq(stat(parent, &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, 1000000);
	ck_assert_int_eq(st.st_mtim.tv_nsec, 7);
}
END_TEST

START_TEST(a_time_that_the_command_made_is_kept)
{
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	const struct timespec by_command[2] = {{.tv_sec = 2000000}, {.tv_sec = 2000000}};
	struct workdir workdir;
	struct stat st;

	ck_assert_int_eq(utimensat(AT_FDCWD, parent, old, 0), 0);
	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	workdir.is_on_disk = true;
	ck_assert_int_eq(utimensat(AT_FDCWD, parent, by_command, 0), 0);
	workdir_remove(&workdir);
	ck_assert_int_eq(stat(parent, &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, 2000000);
}
END_TEST

/* A shim that is killed in its prime; path receives what it leaves. */
static void leave_stale(char path[WORKDIR_PATH_SIZE])
{
	struct workdir workdir;
	int report[2];
	pid_t pid;

	ck_assert_int_eq(pipe(report), 0);
	pid = fork();
	if (pid == 0) {
		if (workdir_create_in(parent, WORKDIR_PRIVATE, &workdir) != 0)
			_exit(1);
		touch_socket(&workdir);
		if (write(report[1], workdir.path, sizeof(workdir.path)) < 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(read(report[0], path, WORKDIR_PATH_SIZE), WORKDIR_PATH_SIZE);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(report[0]);
	close(report[1]);
}

START_TEST(a_dead_shims_directory_is_swept)
{
	char stale[WORKDIR_PATH_SIZE];
	struct workdir workdir;

	leave_stale(stale);
	ck_assert_int_eq(access(stale, F_OK), 0);
	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	ck_assert_int_eq(access(stale, F_OK), -1);
	workdir_remove(&workdir);
}
END_TEST

START_TEST(a_living_shims_directory_is_left_alone)
{
	struct workdir first;
	struct workdir second;

	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &first), 0);
	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &second), 0);
	ck_assert_int_eq(access(first.path, F_OK), 0);
	workdir_remove(&first);
	workdir_remove(&second);
}
END_TEST

START_TEST(a_strangers_files_are_never_swept)
{
	char stale[WORKDIR_PATH_SIZE];
	char file[WORKDIR_PATH_SIZE + 8];
	struct workdir workdir;

	leave_stale(stale);
	snprintf(file, sizeof(file), "%s/mine", stale);
	ck_assert_int_eq(mkdir(file, 0700), 0);
	ck_assert_int_eq(workdir_create_in(parent, WORKDIR_PRIVATE, &workdir), 0);
	ck_assert_int_eq(access(file, F_OK), 0);
	workdir_remove(&workdir);
	rmdir(file);
	rmdir(stale);
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_refused_and_leaves_nothing)
{
	char deep[160];
	struct workdir workdir;

	snprintf(deep, sizeof(deep), "%s/", parent);
	memset(deep + strlen(deep), 'd', 80);
	deep[strlen(parent) + 81] = '\0';
	ck_assert_int_eq(mkdir(deep, 0700), 0);
	ck_assert_int_eq(workdir_create_in(deep, WORKDIR_PRIVATE, &workdir), -ENAMETOOLONG);
	ck_assert_int_eq(rmdir(deep), 0);
}
END_TEST

START_TEST(a_place_that_will_not_do_is_an_error)
{
	struct workdir workdir;

	ck_assert_int_eq(workdir_create_in("/nonexistent", WORKDIR_PRIVATE, &workdir), -ENOENT);
	ck_assert_int_eq(workdir_create_in("/proc", WORKDIR_PRIVATE, &workdir), -ENOENT);
	ck_assert_int_eq(workdir_create_in("relative", WORKDIR_PRIVATE, &workdir), -EINVAL);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_workdir");

	tcase_add_checked_fixture(tests, make_parent, remove_parent);
	tcase_add_test(tests, a_private_directory_is_made_and_removed);
	tcase_add_test(tests, a_passable_directory_cannot_be_listed);
	tcase_add_test(tests, all_of_ours_is_removed_and_no_link_is_followed);
	tcase_add_test(tests, what_is_not_ours_stays);
	tcase_add_test(tests, the_parents_time_is_as_before);
	tcase_add_test(tests, a_time_that_the_command_made_is_kept);
	tcase_add_test(tests, a_dead_shims_directory_is_swept);
	tcase_add_test(tests, a_living_shims_directory_is_left_alone);
	tcase_add_test(tests, a_strangers_files_are_never_swept);
	tcase_add_test(tests, a_path_too_long_for_a_socket_is_refused_and_leaves_nothing);
	tcase_add_test(tests, a_place_that_will_not_do_is_an_error);
	return unit_main(tests, "shim_workdir");
}
