/*
 * resolve.h - names to addresses, on the loop: literals, /etc/hosts, DNS (c-ares).
 *
 * Never getaddrinfo: the shim is linked statically and runs in images made by others, where glibc
 * would load whatever NSS modules it finds.
 */
#ifndef SHIM_RESOLVE_H
#define SHIM_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

/* More than replicas of a daemon are likely to be down at once, with a record of each family. */
enum { RESOLVE_ADDRESSES_MAX = 8 };

struct resolved {
	struct sockaddr_storage addresses[RESOLVE_ADDRESSES_MAX];
	size_t count;
};

struct resolve;

/*
 * The end: count is 0 when there is no address, and reason, a constant, says why. Comes once, never
 * from inside resolve_start; the owner then calls resolve_close.
 */
typedef void (*resolve_done)(void *owner, const struct resolved *resolved, const char *reason);

/* An address literal, IPv6 scope ("%eth0") included. True if host is one. */
bool resolve_literal(const char *host, uint16_t port, struct resolved *out);

/*
 * Starts looking for host, without the resolver's search domains if is_absolute. 0 and *out, which
 * the owner closes; -ENOMEM, or -ENOTSUP where c-ares does not start.
 */
int resolve_start(uv_loop_t *loop, const char *host, uint16_t port, bool is_absolute,
		  resolve_done on_done, void *owner, struct resolve **out);

/* Stops; done does not come any more. It frees itself. */
void resolve_close(struct resolve *resolve);

#endif
