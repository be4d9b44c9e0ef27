/*
 * inject_syscall - makes a running process perform a system call, to see what its sandbox does.
 *
 *     inject_syscall PID open|socket|execve
 *
 * Attaches with ptrace (root, or the same user and a dumpable process) to the thread PID, which must
 * be waiting in a system call. Prints "killed SIGSYS" (or another signal), "errno NUMBER", or
 * "result NUMBER"; in the last two cases the process goes on as if nothing had been. Exit status:
 * 0 if there was an outcome, 77 on processors it does not know, else 2.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { EXIT_CANNOT_TRY = 2, EXIT_UNKNOWN_PROCESSOR = 77 };

#ifdef __x86_64__

enum {
	SYSCALL_INSTRUCTION = 0x050f, /* little-endian 0f 05 */
	SYSCALL_INSTRUCTION_LEN = 2,
	BELOW_STACK = 4096, /* past the red zone: free for our text */
};

struct injected_call {
	const char *name;
	long number;
	const char *path; /* the argument at path_index, if any */
	int path_index;
	unsigned long args[3];
};

static const struct injected_call calls[] = {
	{"open", SYS_openat, "/etc/passwd", 1, {(unsigned long)AT_FDCWD, 0, O_RDONLY}},
	{"socket", SYS_socket, NULL, 0, {AF_INET, SOCK_STREAM, 0}},
	/* It does not exist, so that a process that may call execve lives to tell. */
	{"execve", SYS_execve, "/nonexistent", 0, {0, 0, 0}},
};

static void stop(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0)
		err(EXIT_CANNOT_TRY, "cannot trace %d", (int)pid);
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0 ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		err(EXIT_CANNOT_TRY, "cannot stop %d", (int)pid);
}

static void write_text(pid_t pid, unsigned long address, const char *text)
{
	for (size_t done = 0; done <= strlen(text); done += sizeof(long)) {
		char block[sizeof(long)] = {0};
		long word;

		memcpy(block, text + done, strnlen(text + done, sizeof(block)));
		memcpy(&word, block, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, pid, address + done, word) != 0)
			err(EXIT_CANNOT_TRY, "cannot write to %d", (int)pid);
	}
}

/* Runs the system call instruction that the thread waits behind once more, as another call. */
static void inject(pid_t pid, const struct injected_call *call, struct user_regs_struct regs)
{
	unsigned long args[3] = {call->args[0], call->args[1], call->args[2]};
	long instruction;

	regs.rip -= SYSCALL_INSTRUCTION_LEN;
	errno = 0;
	instruction = ptrace(PTRACE_PEEKTEXT, pid, regs.rip, NULL);
	if (errno != 0 || (instruction & 0xffff) != SYSCALL_INSTRUCTION)
		errx(EXIT_CANNOT_TRY, "%d is not waiting in a system call", (int)pid);
	if (call->path != NULL) {
		args[call->path_index] = regs.rsp - BELOW_STACK;
		write_text(pid, args[call->path_index], call->path);
	}
	regs.orig_rax = (unsigned long)-1; /* nothing to restart */
	regs.rax = (unsigned long)call->number;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) != 0 ||
	    ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0)
		err(EXIT_CANNOT_TRY, "cannot go on with %d", (int)pid);
}

static int tell_outcome(pid_t pid, const struct user_regs_struct *before)
{
	struct user_regs_struct after;
	int status;
	long result;

	if (waitpid(pid, &status, __WALL) != pid)
		err(EXIT_CANNOT_TRY, "cannot wait for %d", (int)pid);
	if (WIFSIGNALED(status)) {
		printf("killed SIG%s\n", sigabbrev_np(WTERMSIG(status)));
		return 0;
	}
	if (!WIFSTOPPED(status) || ptrace(PTRACE_GETREGS, pid, NULL, &after) != 0)
		errx(EXIT_CANNOT_TRY, "%d ended", (int)pid);
	result = (long)after.rax;
	ptrace(PTRACE_SETREGS, pid, NULL, before);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (result < 0)
		printf("errno %ld\n", -result);
	else
		printf("result %ld\n", result);
	return 0;
}

int main(int argc, char **argv)
{
	const struct injected_call *call = NULL;
	struct user_regs_struct before;
	pid_t pid;

	if (argc != 3)
		errx(EXIT_CANNOT_TRY, "usage: inject_syscall PID open|socket|execve");
	pid = (pid_t)strtol(argv[1], NULL, 10);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(argv[2], calls[i].name) == 0)
			call = &calls[i];
	}
	if (call == NULL)
		errx(EXIT_CANNOT_TRY, "unknown call: %s", argv[2]);
	stop(pid);
	if (ptrace(PTRACE_GETREGS, pid, NULL, &before) != 0)
		err(EXIT_CANNOT_TRY, "cannot read the registers of %d", (int)pid);
	inject(pid, call, before);
	return tell_outcome(pid, &before);
}

#else

int main(void)
{
	warnx("knows x86-64 only");
	return EXIT_UNKNOWN_PROCESSOR;
}

#endif
