/*
 * candidates.h - where to look for a daemon.
 */
#ifndef SHIM_CANDIDATES_H
#define SHIM_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#define CANDIDATES_MOUNTED_SOCKET "/run/ssh-forward-agentd/agent.sock"

enum {
	CANDIDATES_MAX = 20,	   /* of the search, 12 at most; and what answers a broadcast */
	CANDIDATE_HOST_SIZE = 256, /* the longest name in DNS, and a NUL */
	CANDIDATE_WHERE_SIZE = CANDIDATE_HOST_SIZE + 16,
	CANDIDATES_DEFAULT_PORT = 2522,
};

enum candidate_kind {
	CANDIDATE_TCP,	/* a link: SSH */
	CANDIDATE_UNIX, /* the agent protocol itself */
};

struct candidate {
	enum candidate_kind kind;
	char host[CANDIDATE_HOST_SIZE]; /* CANDIDATE_TCP: a name, or an address without brackets */
	uint16_t port;
	/* CANDIDATE_UNIX: as given; may be a directory */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const char *origin; /* how we came to look here, for messages: a constant */
	/* One of Docker's or Podman's own names: search domains are of no use, and cost time. */
	bool is_absolute_name;
	/* Somebody said so, who may have lied: if there is no daemon of ours, that is an absence. */
	bool is_hint;
};

struct candidate_list {
	struct candidate items[CANDIDATES_MAX];
	size_t count;
};

/*
 * Reads what --connect and SSH_SHIM_CONNECT take: HOST[:PORT], [IPV6]:PORT, IPV6, unix:PATH.
 * default_port stands in where none is named. 0, or -EINVAL with what is wrong in error.
 */
int candidate_parse(const char *spec, uint16_t default_port, struct candidate *out, char *error,
		    size_t error_size);

/*
 * The places to search when none is given, in order of preference. The tables are the contents of
 * ROUTES_V4_FILE and ROUTES_V6_FILE.
 */
void candidates_search(uint16_t port, const char *v4_table, const char *v6_table,
		       struct candidate_list *out);

/* As candidates_search, with this machine's own tables. */
void candidates_search_here(uint16_t port, struct candidate_list *out);

/* Leaves out mounted sockets. */
void candidates_drop_sockets(struct candidate_list *list);

/* Adds what answered a broadcast, unless it is listed already or there is no room. The new one, or NULL. */
struct candidate *candidates_add_hint(struct candidate_list *list, const char *host, uint16_t port);

/* "172.17.0.1:2522", "[fe80::1%eth0]:2522" or "unix:/path". */
void candidate_where(const struct candidate *candidate, char text[CANDIDATE_WHERE_SIZE]);

/*
 * Adds loopback, for a build on the host's own network (docker build --network host). Only for a
 * shim with a token: it alone can tell the daemon from whatever else listens there.
 */
void candidates_add_loopback(struct candidate_list *list, uint16_t port);

#endif
