/*
 * player.h - agent-load inside a container, doing what the director on the host asks for.
 *
 * Connects over TCP, says `hello NAME`, and then for each line it gets (agent-load's own options)
 * answers with one line: the result, or `failed`. Ends when the director hangs up.
 */
#ifndef BENCH_PLAYER_H
#define BENCH_PLAYER_H

#include "bench/load_options.h"

/* 0 once the director has hung up; else negative errno after one line on stderr. */
int player_run(const struct load_options *options, const char *socket_path);

#endif
