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

/* Of every process that /proc shows: inside a container, all that runs in the container.
 * 0 or the errno of reading /proc. */
int cpu_time_of_visible(uint64_t *ns);

#endif
