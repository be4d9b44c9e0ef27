/*
 * revoke_command.h - `ssh-forward-agentd revoke`.
 */
#ifndef AGENTD_REVOKE_COMMAND_H
#define AGENTD_REVOKE_COMMAND_H

/* The exit status; argv[0] is "revoke". */
int revoke_command_run(int argc, char **argv);

#endif
