#include "bench/cpu_time.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int cpu_time_of_process(pid_t pid, uint64_t *ns)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return -ESRCH;
	*ns = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
	return 0;
}

int cpu_time_of_reaped(pid_t pid, uint64_t *ns)
{
	unsigned long user_ticks;
	unsigned long system_ticks;
	char path[64];
	char text[1024];
	const char *after_name;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return -ESRCH;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	/* The name may hold blanks and brackets; behind it are state and, from there, fields 16 and 17. */
	after_name = strrchr(text, ')');
	if (after_name == NULL ||
	    sscanf(after_name + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
		   &user_ticks, &system_ticks) != 2)
		return -ESRCH;
	*ns = (uint64_t)(user_ticks + system_ticks) * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	return 0;
}

/* Of single-threaded processes, which those that fork are here. */
static FILE *open_children(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	return fopen(path, "re");
}

int cpu_time_of_family(pid_t pid, uint64_t *ns)
{
	uint64_t own;
	uint64_t reaped;
	uint64_t total;
	FILE *children;
	int child;
	int err = cpu_time_of_process(pid, &own);

	if (err == 0)
		err = cpu_time_of_reaped(pid, &reaped);
	if (err != 0)
		return err;
	total = own + reaped;
	children = open_children(pid);
	while (children != NULL && fscanf(children, "%d", &child) == 1) {
		if (cpu_time_of_family(child, &own) == 0) /* else it has just ended */
			total += own;
	}
	if (children != NULL)
		fclose(children);
	*ns = total;
	return 0;
}

int cpu_time_of_visible(uint64_t *ns)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t total = 0;
	uint64_t used;
	pid_t pid;

	if (proc == NULL)
		return -errno;
	while ((entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		/* A process that ended since readdir is none of the measured ones. */
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (cpu_time_of_process(pid, &used) == 0)
			total += used;
		if (cpu_time_of_reaped(pid, &used) == 0)
			total += used;
	}
	closedir(proc);
	*ns = total;
	return 0;
}
