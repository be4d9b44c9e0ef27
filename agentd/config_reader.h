/*
 * config_reader.h - reads a configuration section by section, and collects what is wrong with it.
 *
 * It knows of names, of what may come once, and of nearest names; what a key sets is the section's.
 */
#ifndef AGENTD_CONFIG_READER_H
#define AGENTD_CONFIG_READER_H

#include "agentd/config_lines.h"
#include "agentd/nearest_name.h"
#include "agentd/options.h"

enum {
	CONFIG_SEEN_MAX = 64, /* more single keys than any section has, and more sections */
	CONFIG_REASON_MAX = 256,
	CONFIG_WHERE_MAX = 1024,
};

struct config_reader;

/* A kind of section: [NAME], or [NAME WHICH]. */
struct section_kind {
	const char *name;
	const char *which; /* what [NAME WHICH] needs, for messages; NULL: it is [NAME] */
	/* The section begins; false after a report. NULL: nothing to do. */
	bool (*begin)(struct config_reader *reader, const char *which);
	/* All its keys were read. NULL: nothing to do. */
	void (*end)(struct config_reader *reader);
	name_at names;
	bool (*is_list)(const char *name);
	/* A key of names. 0; a negative errno, and reason says what is wrong, or is empty after a
	 * report. */
	int (*set)(struct config_reader *reader, const char *name, const char *value,
		   char reason[CONFIG_REASON_MAX]);
};

struct config_reader {
	const struct section_kind *kinds;
	const char *path;
	struct options *options;
	const struct section_kind
		*section; /* NULL: none, or an unknown one, whose keys are skipped */
	bool has_section;
	unsigned section_line;
	unsigned line;
	struct source *source; /* of an [id] section */
	struct {
		char name[ID_NAME_MAX + 1];
		char *src;
		char *env;
	} secret; /* of a [secret] section */
	struct {
		const char *name;
		unsigned line;
	} seen[CONFIG_SEEN_MAX]; /* the single keys of this section */
	size_t seen_count;
	struct {
		const struct section_kind *kind;
		unsigned line;
	} single[CONFIG_SEEN_MAX]; /* the sections that are there once */
	size_t single_count;
	unsigned section_count;
	unsigned mistake_count;
	int err; /* out of memory */
};

/* Reports a mistake as "path:line: ...". */
__attribute__((format(printf, 3, 4))) void config_complain(struct config_reader *reader,
							   unsigned line, const char *format, ...);

/* kinds: ends with one without a name. 0; -EINVAL, all is reported; -ENOMEM. */
int config_reader_run(const struct section_kind *kinds, struct byte_view text, const char *path,
		      struct options *options);

#endif
