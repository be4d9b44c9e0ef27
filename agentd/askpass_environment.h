/*
 * askpass_environment.h - what the program of SSH_ASKPASS gets of our environment.
 */
#ifndef AGENTD_ASKPASS_ENVIRONMENT_H
#define AGENTD_ASKPASS_ENVIRONMENT_H

/*
 * A list of NAME=VALUE with NULL at its end: the variables that a program with a window needs, named one
 * by one, since keys, secrets and tokens may stand in any other; and SSH_ASKPASS_PROMPT=confirm. NULL
 * when out of memory. The strings are the environment's.
 */
char **askpass_environment_new(void);
void askpass_environment_free(char **environment);

#endif
