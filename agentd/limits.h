/*
 * limits.h - every bound of the daemon, its name on the command line and its default.
 */
#ifndef AGENTD_LIMITS_H
#define AGENTD_LIMITS_H

#include <stddef.h>

struct limits {
	unsigned links;			   /* at once, logged in or not; more wait in the backlog */
	unsigned links_per_address;	   /* more are closed */
	unsigned connections_per_link;	   /* agent connections and verbs; more are refused */
	unsigned upstream_per_id;	   /* connections to one source; more wait in a queue */
	unsigned login_seconds;		   /* from accept to a good token */
	unsigned failed_logins_per_minute; /* of an address; each more ends its link at once */
	unsigned request_seconds;  /* for a request begun, and for any answer but a signature */
	unsigned sign_seconds;	   /* for a signature: someone may be asked for a touch */
	unsigned confirm_seconds;  /* for someone to answer a prompt; and, before, for it to open */
	unsigned confirm_prompts;  /* open at once; more wait */
	unsigned confirm_queue;	   /* prompts that wait; more are refused */
	unsigned confirm_logins;   /* of a link, that one answer counts for; more are asked for */
	unsigned confirm_refusals; /* of a build in some minutes; more are not asked for */
	unsigned secret_bytes;	   /* of one secret */
	unsigned secrets_per_link; /* on their way at once; more are refused */
	unsigned secret_stall_seconds; /* for a peer to take some of a secret, or it is cut off */
};

extern const struct limits limits_default;

enum { LIMITS_REASON_MAX = 128 };

/* 0; -ENOENT: there is no limit of that name; -ERANGE, and reason says which numbers can be. */
int limits_set(struct limits *limits, const char *name, const char *value,
	       char reason[LIMITS_REASON_MAX]);

/* The names there are, one by one; NULL behind the last. */
const char *limits_name(size_t index);

/* Prints name, default and meaning of each, a line each, for --help. */
void limits_print_help(void);

#endif
