/*
 * tcp_address.h - sockets on "10.1.2.3:4000": IPv4 as Docker's bridge has it, and numbers only, since
 * a name would want NSS, which no static program in a foreign image may ask for.
 */
#ifndef BENCH_TCP_ADDRESS_H
#define BENCH_TCP_ADDRESS_H

#include <netinet/in.h>

enum { TCP_ADDRESS_TEXT_LEN = INET_ADDRSTRLEN + sizeof(":65535") };

/* *fd is the caller's to close. 0, -EINVAL (no such address), or the errno of a system call. */
int tcp_address_connect(const char *text, int *fd);

/* Port 0: any that is free. */
int tcp_address_listen(const char *text, int *fd);

/* The address that a socket is bound to. 0 or negative errno. */
int tcp_address_of(int fd, char text[TCP_ADDRESS_TEXT_LEN]);

#endif
