/*
 * nearest_name.h - what was meant, where a name is not known.
 */
#ifndef AGENTD_NEAREST_NAME_H
#define AGENTD_NEAREST_NAME_H

#include <stddef.h>

/* The names there are, one by one; NULL behind the last. */
typedef const char *(*name_at)(size_t index);

/* The best so far of names that may have been meant. */
struct nearest_name {
	const char *word;
	const char *name; /* NULL: none was near enough */
	size_t slips;
};

void nearest_name_begin(struct nearest_name *nearest, const char *word);

/*
 * Takes name for the nearest if it is: fewer slips (a letter too many, too few, another, two
 * swapped) turn it into the word. name is borrowed.
 */
void nearest_name_try(struct nearest_name *nearest, const char *name);

#endif
