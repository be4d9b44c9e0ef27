#include "agentd/keeper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int sandbox_hide(void)
{
	const struct rlimit none = {0, 0};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return -errno;
	return 0;
}

int sandbox_close_descriptors(int *fd)
{
	const int kept = STDERR_FILENO + 1;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0)
		return -errno;
	if (dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0)
		return -errno;
	if (*fd != kept && dup3(*fd, kept, O_CLOEXEC) < 0)
		return -errno;
	*fd = kept;
	closefrom(kept + 1);
	return 0;
}

/* System calls that may be made with any arguments. */
static const int plain_calls[] = {
	/* waiting, and the connections */
	SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(close),
	/* locks and memory */
	SCMP_SYS(futex), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap),
	SCMP_SYS(sched_yield),
	/* libcrypto's random numbers: it reseeds with time and process in mind */
	SCMP_SYS(clock_gettime), SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(gettimeofday),
	/* the log, which does not wait for its reader */
	SCMP_SYS(poll), SCMP_SYS(ppoll),
	/* being stopped and continued, and the end */
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigprocmask), SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(sigaltstack), /* asked about before each call that does not return */
#endif
};

/* Those with arguments to look at: no memory to run code from, no way out through an address. */
static int add_narrow_rules(scmp_filter_ctx filter, int control_fd)
{
	int err = 0;

	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				       SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO));
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 1,
				       SCMP_A4(SCMP_CMP_EQ, 0));
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
				       SCMP_A4(SCMP_CMP_EQ, 0));
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)control_fd));
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
				       SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	if (err == 0)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return err;
}

int sandbox_enter(int control_fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = -ENOMEM;

	if (filter == NULL)
		return err;
	err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (err == 0) /* a call in the ABI of another architecture */
		err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 0; i < sizeof(plain_calls) / sizeof(plain_calls[0]) && err == 0; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0);
	if (err == 0)
		err = add_narrow_rules(filter, control_fd);
	if (err == 0)
		err = seccomp_load(filter); /* sets no_new_privs first, by default */
	seccomp_release(filter);
	return err;
}
