#include "agentd/revocations.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct revocations revocations;
static int directory_fault; /* what fsync says of directories; 0: as the file system has it */

/* In the place of libc's. */
int fsync(int fd)
{
	struct stat info;

	if (directory_fault != 0 && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
		errno = directory_fault;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static void setup(void)
{
	directory_fault = 0;
	said_begin();
	workspace_run("rm -rf secret.revoked*");
}

static void teardown(void)
{
	revocations_deinit(&revocations);
}

/* Loads what a file with this text has. */
static int load(const char *text)
{
	revocations_deinit(&revocations);
	workspace_write("secret.revoked", view_of(text));
	ck_assert_int_eq(chmod("secret.revoked", 0600), 0);
	return revocations_load(&revocations, "secret");
}

START_TEST(no_file_is_nothing_revoked)
{
	ck_assert_int_eq(revocations_load(&revocations, "secret"), 0);
	ck_assert(!revocations_have(&revocations, "a"));
}
END_TEST

START_TEST(each_line_of_the_file_is_a_name)
{
	ck_assert_int_eq(load("a\nbb\nlasting-2\n"), 0);
	ck_assert(revocations_have(&revocations, "a"));
	ck_assert(revocations_have(&revocations, "bb"));
	ck_assert(revocations_have(&revocations, "lasting-2"));
	ck_assert(!revocations_have(&revocations, "b"));
	ck_assert_int_eq(load(""), 0);
	ck_assert(!revocations_have(&revocations, "a"));
}
END_TEST

START_TEST(file_that_holds_anything_else_is_an_error)
{
	static const char *const texts[] = {"a", "a\nb", "\n", "a\n\nb\n", "a b\n", "a\n../x\nb\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_int_eq(load(texts[i]), -EBADMSG);
	said_expect("secret.revoked does not hold names of tokens, one a line");
}
END_TEST

START_TEST(file_that_others_may_write_is_refused)
{
	static const mode_t modes[] = {0620, 0602, 0666};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		ck_assert_int_eq(load("a\n"), 0);
		revocations_deinit(&revocations);
		ck_assert_int_eq(chmod("secret.revoked", modes[i]), 0);
		ck_assert_int_eq(revocations_load(&revocations, "secret"), -EPERM);
		ck_assert(!revocations_have(&revocations, "a"));
	}
	said_expect("chmod 600 secret.revoked");
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	workspace_run("mkfifo -m 600 secret.revoked");
	ck_assert_int_eq(revocations_load(&revocations, "secret"), -EPERM);
	revocations_deinit(&revocations);
	workspace_run("rm secret.revoked; ln -s secret.revoked secret.revoked");
	ck_assert_int_eq(revocations_load(&revocations, "secret"), -ELOOP);
	said_expect("secret.revoked, with the tokens that were revoked, cannot be read");
}
END_TEST

START_TEST(what_is_added_is_there_the_next_time)
{
	struct stat info;

	ck_assert_int_eq(revocations_load(&revocations, "secret"), 0);
	ck_assert_int_eq(revocations_add(&revocations, "a"), 0);
	ck_assert_int_eq(revocations_add(&revocations, "b"), 0);
	ck_assert_int_eq(revocations_add(&revocations, "a"), 0);
	ck_assert_uint_eq(revocations.names.count, 2);
	revocations_deinit(&revocations);
	ck_assert_int_eq(stat("secret.revoked", &info), 0);
	ck_assert_uint_eq(info.st_mode & 07777, 0600);
	ck_assert_int_eq(revocations_load(&revocations, "secret"), 0);
	ck_assert(revocations_have(&revocations, "a") && revocations_have(&revocations, "b"));
	ck_assert_uint_eq(revocations.names.count, 2);
}
END_TEST

START_TEST(more_than_fit_are_told_and_what_was_there_is_none_more)
{
	char name[16];

	for (unsigned i = 0; i < REVOCATIONS_MAX; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		if (revocations_add(&revocations, name) != 0)
			ck_abort_msg("%s is not taken", name);
	}
	ck_assert_int_eq(revocations_add(&revocations, "one-more"), -ENOSPC);
	ck_assert(!revocations_have(&revocations, "one-more"));
	ck_assert_int_eq(revocations_add(&revocations, "n0"), 0);
}
END_TEST

/* What the file may hold from now on; negative: without limit. */
static void limit_size(long bytes)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(file_that_cannot_be_written_whole_stays_as_it_was)
{
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(load("a\n"), 0);
	limit_size(3); /* of "a\nb\n" */
	ck_assert_int_eq(revocations_add(&revocations, "b"), -ENOSPC);
	limit_size(0);
	ck_assert_int_eq(revocations_add(&revocations, "c"), -EFBIG);
	limit_size(-1);
	ck_assert(revocations_have(&revocations, "b") && revocations_have(&revocations, "c"));
	workspace_run("test \"$(cat secret.revoked)\" = a");
	workspace_run("test -z \"$(ls -d secret.revoked.* 2>/dev/null)\"");
	ck_assert_int_eq(revocations_add(&revocations, "b"), 0); /* asked for again */
	workspace_run("test \"$(echo $(cat secret.revoked))\" = 'a b c'");
}
END_TEST

/* Then nobody knows whether the file outlasts a loss of power. */
START_TEST(directory_that_cannot_be_synced_is_told)
{
	workspace_run("mkdir -m 300 blind && chmod 711 .");
	if (geteuid() == 0) {
		workspace_run("chown 65534 blind");
		ck_assert_int_eq(seteuid(65534), 0);
	}
	ck_assert_int_eq(revocations_load(&revocations, "blind/secret"), 0);
	ck_assert_int_eq(revocations_add(&revocations, "a"), -EACCES);
	ck_assert_int_eq(access("blind/secret.revoked", F_OK), 0);
	ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

/* EINVAL: of a file system whose directories cannot be synced at all. */
START_TEST(directory_whose_sync_fails_is_told_and_one_that_knows_none_is_not)
{
	ck_assert_int_eq(revocations_load(&revocations, "secret"), 0);
	directory_fault = EINVAL;
	ck_assert_int_eq(revocations_add(&revocations, "a"), 0);
	directory_fault = EIO;
	ck_assert_int_eq(revocations_add(&revocations, "b"), -EIO);
	workspace_run("test \"$(echo $(cat secret.revoked))\" = 'a b'");
}
END_TEST

START_TEST(nothing_is_left_open_and_old_errors_are_none)
{
	size_t descriptors = open_descriptors();

	errno = EPERM;
	ck_assert_int_eq(load("a\n"), 0);
	errno = EPERM;
	ck_assert_int_eq(revocations_add(&revocations, "b"), 0);
	ck_assert_uint_eq(open_descriptors(), descriptors);
}
END_TEST

START_TEST(file_that_cannot_be_written_is_told_but_the_name_counts)
{
	ck_assert_int_eq(revocations_load(&revocations, "missing/secret"), 0);
	ck_assert_int_eq(revocations_add(&revocations, "a"), -ENOENT);
	ck_assert(revocations_have(&revocations, "a"));
	revocations_deinit(&revocations);
	workspace_run("mkdir secret.revoked");
	revocations.path = strdup("secret.revoked");
	ck_assert_int_eq(revocations_add(&revocations, "a"), -EISDIR);
	workspace_run("test -z \"$(ls -d secret.revoked.* 2>/dev/null)\"");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("revocations");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, no_file_is_nothing_revoked);
	tcase_add_test(tests, each_line_of_the_file_is_a_name);
	tcase_add_test(tests, file_that_holds_anything_else_is_an_error);
	tcase_add_test(tests, file_that_others_may_write_is_refused);
	tcase_add_test(tests, what_is_no_file_is_refused);
	tcase_add_test(tests, what_is_added_is_there_the_next_time);
	tcase_add_test(tests, more_than_fit_are_told_and_what_was_there_is_none_more);
	tcase_add_test(tests, file_that_cannot_be_written_is_told_but_the_name_counts);
	tcase_add_test(tests, file_that_cannot_be_written_whole_stays_as_it_was);
	tcase_add_test(tests, directory_that_cannot_be_synced_is_told);
	tcase_add_test(tests, directory_whose_sync_fails_is_told_and_one_that_knows_none_is_not);
	tcase_add_test(tests, nothing_is_left_open_and_old_errors_are_none);
	return unit_main(tests, "revocations");
}
