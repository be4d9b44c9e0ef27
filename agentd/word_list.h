/*
 * word_list.h - lists of words, as options and the configuration have them.
 */
#ifndef AGENTD_WORD_LIST_H
#define AGENTD_WORD_LIST_H

#include <stddef.h>

#include "common/bytes.h"

/* In the order they were given; the list owns its copies. */
struct word_list {
	char **list;
	size_t count;
};

/* 0 or -ENOMEM. */
int word_list_add(struct word_list *words, struct byte_view word);

void word_list_deinit(struct word_list *words);

/*
 * The next of the words that commas separate, without the spaces around it. *rest is the text at
 * first, what is left of it after each call, and NULL behind the last. False: there is none; an
 * empty word between commas, or where there is nothing else, is one.
 */
bool word_next(const char **rest, struct byte_view *word);

#endif
