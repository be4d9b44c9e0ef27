/*
 * source.h - what backs an id: a running agent's socket, or private key files in the keeper.
 *
 * A set of sources is made from the command line and the configuration. What
 * happens at run time is kept in its state.
 */
#ifndef AGENTD_SOURCE_H
#define AGENTD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "agentd/policy.h"
#include "agentd/rules.h"
#include "agentd/source_state.h"
#include "common/token.h"

/* What to say where an id is none; takes ID_NAME_MAX. */
#define ID_RULE                                                                            \
	"an id is up to %d letters, digits, '.', '_' or '-', and begins with a letter or " \
	"digit"

enum source_kind { SOURCE_AGENT, SOURCE_KEYS };

struct source {
	char id[ID_NAME_MAX + 1];
	enum source_kind kind;
	char *socket_path; /* SOURCE_AGENT */
	char **files;	   /* SOURCE_KEYS: paths, "env:NAME" or "-" */
	size_t file_count;
	struct policy policy;
	struct rules rules;	  /* of the policy; see source_rules.h */
	unsigned config_line;	  /* of its [id] section; 0: it has none */
	bool is_from_commandline; /* what backs it */

	/* at run time */
	struct source_state *state;
	unsigned user_count; /* connections that go by this source and its policy */
	bool is_retired;     /* no set has it any more: it ends with its last user */
};

/* Each is an object of its own: connections keep pointers to it, whatever becomes of the set. */
struct source_set {
	struct source **list;
	size_t count;
};

/* A source that nothing backs yet. The id is copied. 0 or -ENOMEM. */
int source_init(struct source *source, const char *id);
void source_deinit(struct source *source);

/* For whoever keeps a pointer to a source of a set from one turn of the loop to another. */
void source_hold(struct source *source);
void source_release(struct source *source);

/* A new one, not backed yet; no other has the id. NULL when out of memory. */
struct source *source_set_add(struct source_set *set, const char *id);

/* Frees the one at index. */
void source_set_drop(struct source_set *set, size_t index);

/*
 * Empties the set, and frees its sources as far as nobody holds them; the others go on as they are,
 * and are freed when they are released.
 */
void source_set_retire(struct source_set *set);

/* Frees the sources, too; nobody may hold one. */
void source_set_deinit(struct source_set *set);

/* True once something backs it: key files, or an agent. */
bool source_is_backed(const struct source *source);

/*
 * Each backs the source, reports a mistake on stderr as "where: what is wrong" and returns -EINVAL
 * then, or -ENOMEM. Key files add up; two agents, or an agent and files, are a mistake.
 */
int source_add_file(struct source *source, const char *where, const char *name);

/* socket_path: NULL for $SSH_AUTH_SOCK. */
int source_set_agent(struct source *source, const char *where, const char *socket_path);

/*
 * Adds what an option of the command line says, with reports and errors as above. What the
 * configuration backs the id with gives way to it.
 *
 * --key ID=FILE[,FILE...]
 */
int source_add_keys(struct source_set *set, const char *spec);

/* --agent ID[=SOCKET], SOCKET by default $SSH_AUTH_SOCK. */
int source_add_agent(struct source_set *set, const char *spec);

/* --ssh default|ID[=SOCKET|KEY[,KEY...]], as BuildKit's: a path to a socket is an agent. */
int source_add_ssh(struct source_set *set, const char *spec);

/* NULL if there is none of that id. */
struct source *source_find(const struct source_set *set, const char *id);

/* The id used where none is named: "default", or the only one; NULL where neither is. */
struct source *source_default(const struct source_set *set);

/* True if any source is backed by key files. */
bool source_set_has_keys(const struct source_set *set);

#endif
