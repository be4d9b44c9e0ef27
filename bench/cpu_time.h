/*
 * cpu_time.h - CPU time that processes have used, in all their threads, user and kernel mode.
 *
 * Read from the kernel's CPU-time clocks: nanoseconds, where /proc/PID/stat counts in ticks of
 * ten milliseconds.
 */
#ifndef BENCH_CPU_TIME_H
#define BENCH_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* 0, or -ESRCH: there is no such process. */
int cpu_time_of_process(pid_t pid, uint64_t *ns);

/* Of the children that it has waited for, and theirs; in ticks of ten milliseconds. 0 or -ESRCH. */
int cpu_time_of_reaped(pid_t pid, uint64_t *ns);

/* Its own, that of the children that it has waited for, and that of its living children's families. 0 or -ESRCH. */
int cpu_time_of_family(pid_t pid, uint64_t *ns);

/* Of every process that /proc shows: inside a container, all that runs in the container,
 * and what its processes have waited for.
 * 0 or the errno of reading /proc. */
int cpu_time_of_visible(uint64_t *ns);

#endif
