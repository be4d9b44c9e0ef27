#include "agentd/word_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char spaces[] = " \t";

int word_list_add(struct word_list *words, struct byte_view word)
{
	char **list = reallocarray((void *)words->list, words->count + 1, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	words->list = list;
	list[words->count] = strndup((const char *)word.ptr, word.len);
	if (list[words->count] == NULL)
		return -ENOMEM;
	words->count++;
	return 0;
}

void word_list_deinit(struct word_list *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free((void *)words->list);
	*words = (struct word_list){0};
}

bool word_next(const char **rest, struct byte_view *word)
{
	const char *start = *rest;
	size_t next;
	size_t len;

	if (start == NULL)
		return false;
	start += strspn(start, spaces);
	next = strcspn(start, ",");
	for (len = next; len > 0 && strchr(spaces, start[len - 1]) != NULL; len--)
		;
	*word = (struct byte_view){(const uint8_t *)start, len};
	*rest = start[next] != '\0' ? start + next + 1 : NULL;
	return true;
}
