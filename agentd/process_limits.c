#include "agentd/process_limits.h"

/* getrlimit and setrlimit fail for arguments that cannot be, and these can. */

void process_limits_read(struct process_limits *limits)
{
	(void)getrlimit(RLIMIT_CORE, &limits->core);
	(void)getrlimit(RLIMIT_NOFILE, &limits->descriptors);
}

void process_limits_adapt(const struct process_limits *limits)
{
	const struct rlimit core = {0, limits->core.rlim_max};
	const struct rlimit descriptors = {limits->descriptors.rlim_max,
					   limits->descriptors.rlim_max};

	(void)setrlimit(RLIMIT_CORE, &core);
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
}

void process_limits_restore(const struct process_limits *limits)
{
	(void)setrlimit(RLIMIT_CORE, &limits->core);
	(void)setrlimit(RLIMIT_NOFILE, &limits->descriptors);
}
