/*
 * repo_pattern.h - where a repository is, and the patterns that say which key is for which.
 *
 * A pattern is HOST[:PORT][/PATH]. In it "?" stands for one character but "/", "*" for any number of
 * them, "**" for any number of whatever. It is for what it names and for all that lies below:
 * github.com/org is for every repository of org. Letters' case makes no difference, as it makes
 * none to the big forges; nor do a leading "/" or "~/" of the path, nor a ".git" at its end.
 */
#ifndef COMMON_REPO_PATTERN_H
#define COMMON_REPO_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
	REPO_HOST_SIZE = 256,
	REPO_PATH_SIZE = 1024,
	REPO_PATTERN_MAX = 512, /* characters of a pattern */
};

/* A repository, or a pattern for some. */
struct repo_place {
	char host[REPO_HOST_SIZE]; /* in small letters, without brackets */
	uint16_t port;		   /* 0: any */
	char path[REPO_PATH_SIZE]; /* in small letters; empty in a pattern: all of the host */
};

/* 0; -EINVAL: no pattern (a host is missing, the port is none, white space or control characters,
 * too long). */
int repo_pattern_parse(const char *text, struct repo_place *out);

/* The host and port of a place that ssh is asked for. 0 or -ENAMETOOLONG. */
int repo_place_set_host(struct repo_place *place, const char *host, uint16_t port);

/* Its path, as a git client named it. 0 or -ENAMETOOLONG. */
int repo_place_set_path(struct repo_place *place, const char *path);

/*
 * How closely a pattern fits: the number of characters it spells out, a port counting as one more;
 * -ENOENT where it does not fit at all.
 */
int repo_pattern_fit(const struct repo_place *pattern, const struct repo_place *place);

#endif
