/*
 * fake_agent.h - an agent that does what its script says, on every connection from the start.
 *
 * A script is words with spaces between:
 *
 *   ask          read one whole request
 *   take=N       read N bytes only
 *   echo         reply to the last request: type 14, and the request's body after it
 *   pieces       the same, a byte at a time, each only when the one before has been read
 *   twice        the same, two of them at once
 *   list         reply with one identity
 *   body=N       reply with a body of N bytes, type 12 and then zeros
 *   hex=DIGITS   send these bytes
 *   again        start over
 *   signal       wait for a SIGUSR1; each wakes one who waits
 *   stall        do nothing more, until the peer closes
 *   close        close (as does the end of the script)
 *
 * Each connection has a thread, so that one that stalls holds up no other.
 */
#ifndef TESTS_SUPPORT_FAKE_AGENT_H
#define TESTS_SUPPORT_FAKE_AGENT_H

#include <sys/types.h>

/* Binds and listens at path. The descriptor; ends the program when it cannot. */
int fake_agent_listen(const char *path);

/*
 * Accepts and serves for ever. is_talkative: prints "connected" and "asked", a line each, when
 * that happens.
 */
_Noreturn void fake_agent_serve(int listen_fd, const char *script, int is_talkative);

/* The same in a child that dies with its parent; ready at once, since the parent has listened. */
pid_t fake_agent_start(const char *path, const char *script);

#endif
