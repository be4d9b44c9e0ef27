/*
 * keeper_spawn.h - a keeper that begins as a fresh program, for keys that come while the daemon
 * serves: a fork of the front would take the front's secrets along.
 *
 * What it shall load comes as one message over its control socket.
 */
#ifndef AGENTD_KEEPER_KEEPER_SPAWN_H
#define AGENTD_KEEPER_KEEPER_SPAWN_H

/* The sub-command of ssh-forward-agentd that it runs; nobody types it. */
#define KEEPER_SPAWN_COMMAND "keeper-of-a-reload"

/*
 * What the sub-command does: a keeper (keeper_process.h) on descriptor 3, without a terminal. Returns
 * an exit status if that is not what it was started for.
 */
int keeper_spawned_run(int argc, char **argv);

#endif
