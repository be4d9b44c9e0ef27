/*
 * token_command.h - `ssh-forward-agentd token`: a token of the running daemon, or of a secret
 * that lasts, on standard output.
 */
#ifndef AGENTD_TOKEN_COMMAND_H
#define AGENTD_TOKEN_COMMAND_H

/* argv[0] is "token". Returns the exit status: 0, 1 when it failed, 2 for a wrong command line. */
int token_command_run(int argc, char **argv);

#endif
