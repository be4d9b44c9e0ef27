/* ssh-shim under a terminal: what is typed reaches the command once. */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

enum { OUTPUT_SIZE = 8192, TEST_SECONDS = 20 };

static int terminal;
static pid_t shim;
static char output[OUTPUT_SIZE];
static size_t output_len;

static void start(const char *script)
{
	shim = forkpty(&terminal, NULL, NULL, NULL);
	if (shim == 0) {
		execl(SHIM_PROGRAM, "ssh-shim", "--optional", "--wait", "0", "--", "sh", "-c",
		      script, (char *)NULL);
		_exit(1);
	}
	ck_assert_int_gt(shim, 0);
	output_len = 0;
}

/* Reads what the command prints until it has printed text. */
static void await(const char *text)
{
	ssize_t got;

	while (output_len < OUTPUT_SIZE - 1) {
		output[output_len] = '\0';
		if (strstr(output, text) != NULL)
			return;
		got = read(terminal, output + output_len, OUTPUT_SIZE - 1 - output_len);
		if (got <= 0)
			break;
		output_len += (size_t)got;
	}
	ck_abort_msg("never printed %s, but: %s", text, output);
}

static int status_of_shim(void)
{
	int wait_status;

	ck_assert_int_eq(waitpid(shim, &wait_status, 0), shim);
	ck_assert(WIFEXITED(wait_status));
	return WEXITSTATUS(wait_status);
}

static void type(const char *keys)
{
	ck_assert_int_eq(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
}

START_TEST(an_interrupt_typed_reaches_the_command_once)
{
	/* The line typed afterwards comes after whatever the interrupt brought. */
	start("n=0; trap 'n=$((n + 1))' INT; echo ready; "
	      "until read -r line; do :; done; echo \"interrupts: $n\"; exit 5");
	await("ready");
	type("\x03");
	type("go\n");
	await("interrupts: ");
	await("\n");
	ck_assert_ptr_nonnull(strstr(output, "interrupts: 1"));
	ck_assert_int_eq(status_of_shim(), 5);
}
END_TEST

START_TEST(an_interrupt_that_ends_the_command_is_130)
{
	start("echo ready; read -r line");
	await("ready");
	type("\x03");
	ck_assert_int_eq(status_of_shim(), 128 + SIGINT);
}
END_TEST

START_TEST(a_hangup_of_the_terminal_ends_the_command)
{
	start("trap 'exit 6' HUP; echo ready; while :; do read -r line || sleep 0.01; done");
	await("ready");
	close(terminal);
	ck_assert_int_eq(status_of_shim(), 6);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_terminal");

	tcase_set_timeout(tests, TEST_SECONDS);
	tcase_add_test(tests, an_interrupt_typed_reaches_the_command_once);
	tcase_add_test(tests, an_interrupt_that_ends_the_command_is_130);
	tcase_add_test(tests, a_hangup_of_the_terminal_ends_the_command);
	return unit_main(tests, "shim_terminal");
}
