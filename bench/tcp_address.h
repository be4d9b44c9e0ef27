/*
 * tcp_address.h - "10.1.2.3:4000" and "[::1]:4000"; numbers only, for a name would want NSS.
 */
#ifndef BENCH_TCP_ADDRESS_H
#define BENCH_TCP_ADDRESS_H

#include <sys/socket.h>

/* 0 or -EINVAL. */
int tcp_address_parse(const char *text, struct sockaddr_storage *address, socklen_t *len);

/* *fd is the caller's to close. 0 or negative errno. */
int tcp_address_connect(const char *text, int *fd);
int tcp_address_listen(const char *text, int *fd);

#endif
