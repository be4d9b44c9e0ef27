/*
 * daemon_peer.h - who talks to the daemon in fuzz_daemon, over links, and over its Unix sockets; and what
 * holds whatever they say.
 *
 * What is checked of a link: who has no good token gets no channel; an agent connection has a reply for each
 * request at most, and whole ones; what comes signed is what the policy has let pass since the connection was
 * asked for; and what a token does not cover is not heard of. The control socket answers with one line.
 */
#ifndef TESTS_FUZZ_DAEMON_PEER_H
#define TESTS_FUZZ_DAEMON_PEER_H

#include "tests/fuzz/daemon_world.h"

enum { PEER_SLOTS = 8, PEER_STREAM_MAX = 4 * 1024 * 1024 };

enum peer_kind { PEER_LINK, PEER_LOCAL, PEER_CONTROL };

enum peer_token {
	TOKEN_OF_ALL,
	TOKEN_OF_ONE, /* and of no secret */
	TOKEN_OF_TWO_SIGNATURES,
	TOKEN_OF_OWN_NAME, /* of all, too; may be revoked by itself */
	TOKEN_OVER,	   /* from here on: good for nothing */
	TOKEN_OF_OTHERS,
	TOKEN_KINDS,
};

/* A channel; or, the first, all there is behind a Unix socket. */
struct peer_slot {
	bool is_open; /* or about to be */
	bool is_accepted;
	bool is_session;
	bool is_close_sent;
	unsigned id;	       /* of an agent connection */
	struct byte_buf fed;   /* what of it is no whole request yet */
	struct byte_buf got;   /* the same, of replies */
	unsigned since;	       /* the policy's epoch */
	bool is_bound;	       /* to the known host, by a request before */
	struct byte_buf needs; /* of each request, what signing it takes */
	unsigned requests;
	unsigned replies;
};

struct peer {
	enum peer_kind kind;
	const struct daemon_policy *policy;
	int fd; /* -1: it is not there */
	struct byte_buf out;
	struct byte_buf in;
	enum peer_token tokens[16]; /* shown, and not answered yet */
	unsigned shown;
	unsigned answered;
	bool is_trusted;
	bool is_in;
	enum peer_token let_in_by;
	bool reads;
	struct peer_slot slots[PEER_SLOTS];
};

/* What all have done. */
struct peer_totals {
	unsigned sign_requests[IDS]; /* that were let in */
	unsigned connections[IDS];   /* the same; and all that may make the daemon ask */
	unsigned signatures;	     /* that came back */
	unsigned signatures_of_two;  /* of them, by TOKEN_OF_TWO_SIGNATURES */
	bool has_lies;		     /* of agents: a signature may be none */
};

/* Peers are all zero but fd before they first connect. */
void peer_connect(struct peer *peer, struct world *world, bool is_trusted);
void peer_connect_local(struct peer *peer, struct world *world, unsigned id,
			struct peer_totals *totals);
void peer_connect_control(struct peer *peer, struct world *world);
void peer_hang_up(struct peer *peer);

void peer_login(struct peer *peer, enum peer_token token);
void peer_say(struct peer *peer, int type, unsigned slot, struct byte_view body);
void peer_open(struct peer *peer, unsigned slot, uint32_t kind, const char *destination,
	       uint32_t window, uint32_t packet_size, struct peer_totals *totals);
void peer_feed(struct peer *peer, unsigned slot, struct byte_view bytes,
	       struct peer_totals *totals);

/* Sends what waits, and takes what has come if it reads. */
void peer_turn(struct peer *peer, struct peer_totals *totals);

#endif
