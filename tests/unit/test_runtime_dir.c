#include "agentd/runtime_dir.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct runtime_dir dir;

static void setup(void)
{
	said_begin();
	workspace_run("rm -rf run && mkdir -m 700 run");
	setenv("XDG_RUNTIME_DIR", workspace_path, 1);
}

static void teardown(void)
{
	runtime_dir_close(&dir);
	workspace_run("rm -rf ssh-forward-agentd*");
}

/* A path of a file in the directory. */
static const char *inside(const char *name)
{
	static char path[RUNTIME_DIR_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", dir.path, name);
	return path;
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

START_TEST(it_is_made_for_its_owner_alone)
{
	struct stat info;

	umask(0);
	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	ck_assert_int_eq(stat(dir.path, &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(inside("ids"), &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(inside("lock"), &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0600);
}
END_TEST

START_TEST(closing_leaves_nothing)
{
	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	make_socket(inside("agent.sock"));
	make_socket(inside("ids/a.sock"));
	runtime_dir_close(&dir);
	ck_assert_int_ne(access(dir.path, F_OK), 0);
	runtime_dir_close(&dir); /* once more does no harm */
}
END_TEST

START_TEST(a_dead_daemons_sockets_are_removed_and_other_files_are_not)
{
	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	make_socket(inside("agent.sock"));
	make_socket(inside("ids/a.sock"));
	workspace_run("touch '%s'", inside("notes"));
	close(dir.lock_fd); /* as death does */
	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	ck_assert_int_ne(access(inside("agent.sock"), F_OK), 0);
	ck_assert_int_ne(access(inside("ids/a.sock"), F_OK), 0);
	ck_assert_int_eq(access(inside("notes"), F_OK), 0);
}
END_TEST

START_TEST(a_second_daemon_gets_a_directory_of_its_own)
{
	struct runtime_dir second;

	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	make_socket(inside("agent.sock"));
	ck_assert_int_eq(runtime_dir_open(&second), 0);
	ck_assert_str_ne(second.path, dir.path);
	ck_assert_ptr_nonnull(strstr(second.path, ".")); /* its process id behind the name */
	said_expect("another ssh-forward-agentd");
	ck_assert_int_eq(access(inside("agent.sock"), F_OK), 0);
	runtime_dir_close(&second);
	ck_assert_int_ne(access(second.path, F_OK), 0);
	ck_assert_int_eq(access(inside("agent.sock"), F_OK), 0);
}
END_TEST

static void assert_refused(void)
{
	ck_assert_int_eq(runtime_dir_open(&dir), -EPERM);
	said_expect("not a directory of our own");
	ck_assert_int_lt(dir.lock_fd, 0);
}

START_TEST(a_directory_open_to_others_is_refused)
{
	static const mode_t modes[] = {0710, 0701, 0770, 0777, 0740, 0704};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		workspace_run("rm -rf ssh-forward-agentd && mkdir -m %o ssh-forward-agentd",
			      (unsigned)modes[i]);
		assert_refused();
	}
}
END_TEST

START_TEST(a_link_to_a_directory_is_refused)
{
	workspace_run("ln -s run ssh-forward-agentd");
	assert_refused();
}
END_TEST

START_TEST(a_file_in_its_place_is_refused)
{
	workspace_run("touch ssh-forward-agentd");
	assert_refused();
}
END_TEST

START_TEST(a_directory_of_somebody_else_is_refused)
{
	if (geteuid() != 0)
		return; /* only root can make one */
	workspace_run("mkdir -m 700 ssh-forward-agentd && chown 12345 ssh-forward-agentd");
	assert_refused();
}
END_TEST

START_TEST(a_lock_that_is_a_link_is_not_followed)
{
	workspace_run("mkdir -m 700 ssh-forward-agentd && ln -s ../prize ssh-forward-agentd/lock");
	ck_assert_int_ne(runtime_dir_open(&dir), 0);
	ck_assert_int_ne(access("prize", F_OK), 0);
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_reported)
{
	char path[128];

	snprintf(path, sizeof(path), "/tmp/%0100d", 0);
	setenv("XDG_RUNTIME_DIR", path, 1);
	ck_assert_int_eq(runtime_dir_open(&dir), -ENAMETOOLONG);
	said_expect("too long");
}
END_TEST

START_TEST(a_path_that_is_taken_leaves_room_for_the_sockets)
{
	char path[RUNTIME_DIR_MAX];
	size_t taken = 0;

	for (int len = 60; len < 120; len++) {
		char base[128];

		snprintf(base, sizeof(base), "/%0*d", len - 1, 0);
		setenv("XDG_RUNTIME_DIR", base, 1);
		if (runtime_dir_control_path(path) != 0)
			continue;
		taken++;
		ck_assert_uint_lt(len + strlen("/ssh-forward-agentd/ids/default.sock"),
				  sizeof(((struct sockaddr_un *)0)->sun_path));
	}
	ck_assert_uint_gt(taken, 0);
}
END_TEST

START_TEST(the_control_socket_is_where_the_first_daemon_has_it)
{
	char path[RUNTIME_DIR_MAX];

	ck_assert_int_eq(runtime_dir_open(&dir), 0);
	ck_assert_int_eq(runtime_dir_control_path(path), 0);
	ck_assert_str_eq(path, inside("control.sock"));
}
END_TEST

START_TEST(without_a_runtime_directory_there_is_another_place)
{
	char path[RUNTIME_DIR_MAX];

	unsetenv("XDG_RUNTIME_DIR");
	ck_assert_int_eq(runtime_dir_control_path(path), 0);
	if (geteuid() == 0)
		ck_assert_str_eq(path, "/run/ssh-forward-agentd/control.sock");
	else
		ck_assert_int_eq(strncmp(path, "/tmp/ssh-forward-agentd-", 24), 0);
	setenv("XDG_RUNTIME_DIR", "relative", 1); /* is none */
	ck_assert_int_eq(runtime_dir_control_path(path), 0);
	ck_assert_int_eq(path[0], '/');
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("runtime_dir");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, it_is_made_for_its_owner_alone);
	tcase_add_test(tests, closing_leaves_nothing);
	tcase_add_test(tests, a_dead_daemons_sockets_are_removed_and_other_files_are_not);
	tcase_add_test(tests, a_second_daemon_gets_a_directory_of_its_own);
	tcase_add_test(tests, a_directory_open_to_others_is_refused);
	tcase_add_test(tests, a_link_to_a_directory_is_refused);
	tcase_add_test(tests, a_file_in_its_place_is_refused);
	tcase_add_test(tests, a_directory_of_somebody_else_is_refused);
	tcase_add_test(tests, a_lock_that_is_a_link_is_not_followed);
	tcase_add_test(tests, a_path_too_long_for_a_socket_is_reported);
	tcase_add_test(tests, a_path_that_is_taken_leaves_room_for_the_sockets);
	tcase_add_test(tests, the_control_socket_is_where_the_first_daemon_has_it);
	tcase_add_test(tests, without_a_runtime_directory_there_is_another_place);
	return unit_main(tests, "runtime_dir");
}
