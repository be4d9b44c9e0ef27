/* Real processes: each test plays the shim for one command. */
#include "shim/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

static uv_loop_t loop;
static struct signals signals;
static struct command command;
static int received;
static bool received_from_terminal;
static int descriptors_before; /* what a command would have without the shim */

#define COUNT_DESCRIPTORS "exit $(ls /proc/self/fd | wc -l)"

static void on_received(void *owner, int signal_number, bool is_from_terminal)
{
	(void)owner;
	received = signal_number;
	received_from_terminal = is_from_terminal;
	command_signal(&command, signal_number);
}

static void on_child(void *owner)
{
	(void)owner;
	command_reap(&command);
	if (command.has_ended)
		uv_stop(&loop);
}

static void setup(void)
{
	received = 0;
	descriptors_before = 1; /* ls has one open for the directory that it lists */
	for (int fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) == 0)
			descriptors_before++;
	}
	uv_loop_init(&loop);
	ck_assert_int_eq(signals_init(&signals, &loop, on_received, on_child, NULL), 0);
}

static void teardown(void)
{
	signals_close(&signals);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	signals_restore(&signals.found);
}

static int start(char **argv)
{
	bool is_exec_error;
	int err = command_start(&command, argv, &signals.found, &is_exec_error);

	ck_assert(err == 0 || is_exec_error);
	return err;
}

static int start_shell(const char *script)
{
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			(char *)(uintptr_t)script, NULL};

	return start(argv);
}

static int run_shell(const char *script)
{
	ck_assert_int_eq(start_shell(script), 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	return command_exit_status(&command);
}

START_TEST(every_status_passes_through)
{
	char script[16];

	for (int status = 0; status < 256; status += 15) {
		snprintf(script, sizeof(script), "exit %d", status);
		ck_assert_int_eq(run_shell(script), status);
	}
}
END_TEST

START_TEST(a_signal_that_ends_it_is_128_more)
{
	ck_assert_int_eq(run_shell("kill -TERM $$"), 128 + SIGTERM);
	ck_assert_int_eq(run_shell("kill -KILL $$"), 128 + SIGKILL);
}
END_TEST

START_TEST(what_is_not_there_is_127)
{
	char reason[256];
	char *argv[] = {(char *)(uintptr_t) "no-such-command", NULL};
	int err = start(argv);

	ck_assert_int_eq(err, -ENOENT);
	ck_assert_int_eq(command_exec_failure(err, argv[0], reason, sizeof(reason)), 127);
	ck_assert_str_eq(reason, "no-such-command: not found in PATH");
}
END_TEST

START_TEST(what_cannot_be_executed_is_126)
{
	static const char *const names[] = {"/etc/passwd", "/etc"};
	char reason[256];

	for (size_t i = 0; i < 2; i++) {
		char *argv[] = {(char *)(uintptr_t)names[i], NULL};
		int err = start(argv);

		ck_assert_int_eq(err, -EACCES);
		ck_assert_int_eq(command_exec_failure(err, argv[0], reason, sizeof(reason)), 126);
		ck_assert_ptr_nonnull(strstr(reason, names[i]));
	}
}
END_TEST

/* The command says it is ready by stopping; until then there is nothing to send it. */
static void send_when_ready(int signal_number)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)command.pid, &info, WSTOPPED | WNOWAIT), 0);
	kill(command.pid, SIGCONT);
	kill(getpid(), signal_number);
	uv_run(&loop, UV_RUN_DEFAULT);
}

START_TEST(each_signal_is_forwarded)
{
	static const struct {
		int number;
		const char *name;
	} forwarded[] = {
		{SIGTERM, "TERM"}, {SIGINT, "INT"},   {SIGHUP, "HUP"},	   {SIGQUIT, "QUIT"},
		{SIGUSR1, "USR1"}, {SIGUSR2, "USR2"}, {SIGWINCH, "WINCH"},
	};
	char script[128];

	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++) {
		snprintf(script, sizeof(script),
			 "trap 'exit 42' %s; kill -STOP $$; while :; do sleep 0.01; done",
			 forwarded[i].name);
		ck_assert_int_eq(start_shell(script), 0);
		send_when_ready(forwarded[i].number);
		ck_assert_int_eq(command_exit_status(&command), 42);
		ck_assert_int_eq(received, forwarded[i].number);
		ck_assert(!received_from_terminal);
	}
}
END_TEST

START_TEST(the_command_has_no_signal_blocked_or_ignored)
{
	/*
	 * SigBlk and SigIgn of a process that the shim started are all zeros, but for 32 and 33,
	 * which are libc's own and which its posix_spawn(), as make uses it, leaves ignored.
	 */
	ck_assert_int_eq(run_shell("grep -E '^Sig(Blk|Ign)' /proc/self/status | "
				   "grep -Evq '0000000[01][08]0000000$' && exit 1; exit 0"),
			 0);
}
END_TEST

START_TEST(an_ignored_hangup_stays_ignored)
{
	signal(SIGHUP, SIG_IGN); /* nohup */
	ck_assert_int_eq(run_shell("kill -HUP $$; exit 3"), 3);
	signal(SIGHUP, SIG_DFL);
}
END_TEST

START_TEST(an_ignored_child_signal_does_not_hide_the_end)
{
	teardown();
	signal(SIGCHLD, SIG_IGN);
	setup();
	ck_assert_int_eq(run_shell("exit 9"), 9);
}
END_TEST

START_TEST(the_command_stays_in_our_process_group)
{
	char script[64];

	snprintf(script, sizeof(script), "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = %d", getpgrp());
	ck_assert_int_eq(run_shell(script), 0);
}
END_TEST

START_TEST(no_descriptor_leaks_into_the_command)
{
	ck_assert_int_eq(run_shell(COUNT_DESCRIPTORS), descriptors_before);
}
END_TEST

START_TEST(orphans_are_reaped)
{
	char script[256];

	prctl(PR_SET_CHILD_SUBREAPER, 1); /* as if we were PID 1 */
	/* The orphan ends before the command does, which waits until it is nobody's child any more. */
	snprintf(script, sizeof(script),
		 "pid=$(sh -c 'sleep 0.05 >/dev/null & echo $!'); "
		 "while [ -d /proc/$pid ]; do sleep 0.01; done");
	ck_assert_int_eq(run_shell(script), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_command");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 20);
	tcase_add_test(tests, every_status_passes_through);
	tcase_add_test(tests, a_signal_that_ends_it_is_128_more);
	tcase_add_test(tests, what_is_not_there_is_127);
	tcase_add_test(tests, what_cannot_be_executed_is_126);
	tcase_add_test(tests, each_signal_is_forwarded);
	tcase_add_test(tests, the_command_has_no_signal_blocked_or_ignored);
	tcase_add_test(tests, an_ignored_hangup_stays_ignored);
	tcase_add_test(tests, an_ignored_child_signal_does_not_hide_the_end);
	tcase_add_test(tests, the_command_stays_in_our_process_group);
	tcase_add_test(tests, no_descriptor_leaks_into_the_command);
	tcase_add_test(tests, orphans_are_reaped);
	return unit_main(tests, "shim_command");
}
