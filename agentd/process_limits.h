/*
 * process_limits.h - the resource limits that the daemon needs, and those that its command gets.
 */
#ifndef AGENTD_PROCESS_LIMITS_H
#define AGENTD_PROCESS_LIMITS_H

#include <sys/resource.h>

/* As they were when the daemon was started. */
struct process_limits {
	struct rlimit core;
	struct rlimit descriptors;
};

void process_limits_read(struct process_limits *limits);

/* Sets what the daemon needs: no core file, and as many descriptors as may be had, since a link is
 * one and an agent connection up to two. Hard limits stay. */
void process_limits_adapt(const struct process_limits *limits);

/* Sets what was read: for a moment, in which the command is started. */
void process_limits_restore(const struct process_limits *limits);

#endif
