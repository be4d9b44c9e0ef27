/*
 * status_list.h - a list in a JSON document, of bounded size: what is left out is counted.
 *
 * Sizes are looked at before an item is made, as the most that it can come to, so that neither memory
 * nor time is spent on what has no room.
 */
#ifndef AGENTD_STATUS_LIST_H
#define AGENTD_STATUS_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct status_list {
	json_t *array; /* NULL: out of memory */
	size_t max;
	size_t *room; /* bytes of the document; several lists may share it */
	size_t omitted_count;
};

/* What a string of len bytes can come to in the document: each byte a \uXXXX. */
#define STATUS_STRING_SIZE(len) (6 * (len) + 2)

/* max: items. */
void status_list_init(struct status_list *list, size_t max, size_t *room);

/*
 * True if there is room for one more item, which can come to size bytes: it is taken. Else the item is counted as
 * left out, and is not to be made.
 */
bool status_list_has_room(struct status_list *list, size_t size);

/* Takes the reference; NULL is out of memory. */
void status_list_add(struct status_list *list, json_t *item);

/*
 * Moves it into an object as the members NAME and NAME_omitted. 0 or -ENOMEM; the list is empty after it in
 * any case.
 */
int status_list_move(struct status_list *list, json_t *object, const char *name);

#endif
