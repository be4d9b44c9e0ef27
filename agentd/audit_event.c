#include "agentd/audit_event.h"

#include "agentd/audit_line.h"
#include "agentd/json_text.h"

void audit_confirmation(struct audit *audit, const struct record *record, const char *answer,
			const char *reason, unsigned requests)
{
	json_t *line = audit_begin(audit, "confirmation");

	if (line == NULL)
		return;
	audit_line_put_question(line, record);
	json_object_set_new(line, "answer", json_string(answer));
	json_object_set_new(line, "reason", json_of_text(reason));
	json_object_set_new(line, "requests", json_integer(requests));
	audit_end(audit, line);
}

static json_t *names_new(const char (*names)[ID_NAME_MAX + 1], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_of_text(names[i]));
	return list;
}

void audit_token_minted(struct audit *audit, const struct mint_request *request, uint64_t expiry_s)
{
	bool is_for_all = request->id_count == 0 && request->secret_count == 0;
	json_t *line = audit_begin(audit, "token-minted");

	if (line == NULL)
		return;
	json_object_set_new(line, "token", json_of_text(request->minted_name));
	json_object_set_new(line, "ids",
			    is_for_all ? json_null() : names_new(request->ids, request->id_count));
	json_object_set_new(line, "secrets",
			    is_for_all ? json_null()
				       : names_new(request->secrets, request->secret_count));
	json_object_set_new(line, "expires",
			    expiry_s != 0
				    ? json_of_time((struct timespec){.tv_sec = (time_t)expiry_s})
				    : json_null());
	json_object_set_new(line, "max_signatures",
			    request->max_signatures != 0 ? json_integer(request->max_signatures)
							 : json_null());
	audit_end(audit, line);
}

void audit_token_revoked(struct audit *audit, const char *name, unsigned links, bool lasts)
{
	json_t *line = audit_begin(audit, "token-revoked");

	if (line == NULL)
		return;
	json_object_set_new(line, "token", json_of_text(name));
	json_object_set_new(line, "links", json_integer(links));
	json_object_set_new(line, "lasts", json_boolean(lasts));
	audit_end(audit, line);
}

void audit_reload(struct audit *audit, const char *path, const char *failure)
{
	json_t *line = audit_begin(audit, failure == NULL ? "reloaded" : "reload-failed");

	if (line == NULL)
		return;
	json_object_set_new(line, "config", json_of_text(path));
	if (failure != NULL)
		json_object_set_new(line, "reason", json_string(failure));
	audit_end(audit, line);
}
