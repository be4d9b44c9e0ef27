#include "agentd/status_list.h"

#include <errno.h>
#include <stdio.h>

enum { MEMBER_NAME_MAX = 64 };

void status_list_init(struct status_list *list, size_t max, size_t *room)
{
	*list = (struct status_list){.array = json_array(), .max = max, .room = room};
}

bool status_list_has_room(struct status_list *list, size_t size)
{
	if (json_array_size(list->array) < list->max && size <= *list->room) {
		*list->room -= size;
		return true;
	}
	list->omitted_count++;
	return false;
}

void status_list_add(struct status_list *list, json_t *item)
{
	if (json_array_append_new(list->array, item) == 0)
		return;
	json_decref(list->array);
	list->array = NULL;
}

int status_list_move(struct status_list *list, json_t *object, const char *name)
{
	char omitted[MEMBER_NAME_MAX];
	int err = 0;

	snprintf(omitted, sizeof(omitted), "%s_omitted", name);
	if (json_object_set_new(object, name, list->array) != 0 ||
	    json_object_set_new(object, omitted, json_integer((json_int_t)list->omitted_count)) !=
		    0)
		err = -ENOMEM;
	list->array = NULL;
	return err;
}
