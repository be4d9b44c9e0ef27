/*
 * status_command.h - `ssh-forward-agentd status`: shows how the running daemon fares, once or again and again.
 */
#ifndef AGENTD_STATUS_COMMAND_H
#define AGENTD_STATUS_COMMAND_H

/* argv[0] is "status". The exit status. */
int status_command_run(int argc, char **argv);

#endif
