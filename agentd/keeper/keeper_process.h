/*
 * keeper_process.h - what the keeper does from fork to exit.
 */
#ifndef AGENTD_KEEPER_KEEPER_PROCESS_H
#define AGENTD_KEEPER_KEEPER_PROCESS_H

#include "agentd/keeper/keeper.h"

/*
 * Loads the keys of config, tells the front over control_fd how that went, and serves until the
 * front is gone. front: the process that forked this one.
 */
void keeper_process_run(const struct keeper_config *config, pid_t front, int control_fd)
	__attribute__((noreturn));

#endif
