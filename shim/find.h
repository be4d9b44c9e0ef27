/*
 * find.h - the search for a daemon: all candidates at once, the first that proves itself wins.
 */
#ifndef SHIM_FIND_H
#define SHIM_FIND_H

#include "shim/probe.h"

struct find_request {
	struct candidate_list candidates;
	const struct link_credentials *credentials; /* outlives what is found */
	const char *id;				    /* as struct probe's */
	unsigned int wait_ms;
	/* Where nobody is, look again until wait_ms have passed; else wait_ms bounds only those
	 * who are slow to answer. */
	bool is_patient;
	/* Also ask by broadcast; without a token whoever answers is believed. */
	bool discovers;
};

struct found {
	const struct candidate *candidate;
	char where[CANDIDATE_WHERE_SIZE];
	struct link *link;	     /* CANDIDATE_TCP: up, to be adopted */
	const char *path;	     /* CANDIDATE_UNIX: the socket */
	struct byte_view identities; /* CANDIDATE_UNIX: body of SSH_AGENT_IDENTITIES_ANSWER */
};

enum find_failure {
	FIND_NO_DAEMON,	  /* nobody, or nobody who speaks as a daemon */
	FIND_NOT_ALLOWED, /* a daemon, but not ours, or it does not let us in */
};

struct find;

/* One of the two comes, once, never from inside find_start; find_close is still the owner's. */
struct find_events {
	void (*on_found)(void *owner,
			 const struct found *found); /* its pointers: until find_close */
	void (*on_failed)(void *owner, enum find_failure failure);
};

/* 0 and *out, or -ENOMEM. request is copied. */
int find_start(uv_loop_t *loop, const struct find_request *request,
	       const struct find_events *events, void *owner, struct find **out);

/* Stops everything; no event comes any more. It frees itself. */
void find_close(struct find *find);

/* Writes to the log what was tried, and what each said: one line each. */
void find_report(const struct find *find, enum find_failure failure);

#endif
