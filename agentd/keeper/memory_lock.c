#include "agentd/keeper/memory_lock.h"

#include <linux/capability.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { HEAP_RESERVE_LEN = 512 * 1024 }; /* grown ahead, so that it is there to be locked */

void memory_lock_prepare(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, INT32_MAX);
	mallopt(M_TOP_PAD, HEAP_RESERVE_LEN);
}

static bool has_lock_capability(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

/* No limit stands in the way of locking everything, now and later. */
static bool may_lock_everything(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
		return false;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_MEMLOCK, &limit);
	return limit.rlim_cur == RLIM_INFINITY || has_lock_capability();
}

/* From a line of /proc/self/maps; false if the mapping is not writable private memory. */
static bool parse_writable(const char *line, uintptr_t *start, size_t *len)
{
	char *next;
	uintptr_t first = strtoull(line, &next, 16);
	uintptr_t end;

	if (*next != '-')
		return false;
	end = strtoull(next + 1, &next, 16);
	if (strncmp(next, " rw-p ", 6) != 0)
		return false;
	*start = first;
	*len = end - first;
	return true;
}

/* Writable private memory is where keys can be: heap, stacks, data. */
static bool lock_writable_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool is_locked = true;

	if (maps == NULL)
		return false;
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t start;
		size_t len;

		if (parse_writable(line, &start, &len) &&
		    mlock2((const void *)start, len, MLOCK_ONFAULT) != 0)
			is_locked = false;
	}
	fclose(maps);
	return is_locked;
}

enum memory_lock memory_lock_all(void)
{
	if (may_lock_everything() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
		return MEMORY_LOCKED;
	return lock_writable_mappings() ? MEMORY_LOCKED_SO_FAR : MEMORY_NOT_LOCKED;
}
