#include "bench/cpu_time.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

int cpu_time_of_process(pid_t pid, uint64_t *ns)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return -ESRCH;
	*ns = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
	return 0;
}

int cpu_time_of_visible(uint64_t *ns)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t total = 0;
	uint64_t used;

	if (proc == NULL)
		return -errno;
	while ((entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		/* A process that ended since readdir is none of the measured ones. */
		if (cpu_time_of_process((pid_t)strtol(entry->d_name, NULL, 10), &used) == 0)
			total += used;
	}
	closedir(proc);
	*ns = total;
	return 0;
}
