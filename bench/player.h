/*
 * player.h - agent-load inside a container, doing what the director on the host asks for.
 *
 * Connects over TCP and says `hello NAME`. Each line it gets is an order in agent-load's own options.
 * It connects and warms up, says `warm`, waits for `go` (the director looks at the host's CPU clocks
 * in between), measures, and says the result (load_job.h). Instead of any of these it may say
 * `failed`, with the reason on its stderr. Ends when the director hangs up.
 */
#ifndef BENCH_PLAYER_H
#define BENCH_PLAYER_H

#include "bench/load_options.h"

/* 0 once the director has hung up; else negative errno after one line on stderr. */
int player_run(const struct load_options *options, const char *socket_path);

#endif
