#include "tests/fuzz/fake_clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BEGUN_MS = 1000 };

static uint64_t clock_ms = BEGUN_MS;

void fake_clock_reset(void)
{
	clock_ms = BEGUN_MS;
}

void fake_clock_advance(uint64_t ms)
{
	clock_ms += ms;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	if (id == CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, id, now);
	now->tv_sec = (time_t)(clock_ms / 1000);
	now->tv_nsec = (long)(clock_ms % 1000) * 1000000;
	return 0;
}

time_t time(time_t *out)
{
	time_t now = FAKE_CLOCK_BEGUN_S + (time_t)(clock_ms / 1000);

	if (out != NULL)
		*out = now;
	return now;
}
