/*
 * daemon_requests.h - what clients of agents ask, ready-made, for fuzz_daemon.
 */
#ifndef TESTS_FUZZ_DAEMON_REQUESTS_H
#define TESTS_FUZZ_DAEMON_REQUESTS_H

#include "common/bytes.h"

enum { DAEMON_REQUESTS = 16 };

/* One of them, with its length in front. */
struct byte_view daemon_request(unsigned which);

/* Whether this one, without its length, binds to the known host, and to the session of the sample's login. */
bool daemon_request_binds(struct byte_view body);

/* Appends the key blob of the known host. */
void daemon_request_put_host_key(struct byte_buf *out);

#endif
