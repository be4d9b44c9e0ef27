/*
 * ping_command.h - ssh-forward-agentd ping: for health checks.
 */
#ifndef AGENTD_PING_COMMAND_H
#define AGENTD_PING_COMMAND_H

/* Asks the daemon of this user. The exit status: 0 where it answers and has its keys, else 1; 2 for usage. */
int ping_command_run(int argc, char **argv);

#endif
