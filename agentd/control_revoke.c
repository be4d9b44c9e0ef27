#include "agentd/control_revoke.h"

#include <string.h>

#include "agentd/audit_event.h"
#include "agentd/link.h"
#include "common/log.h"

static unsigned close_links(struct front *front, const char *name)
{
	struct link *link;
	unsigned count = 0;

	LIST_FOREACH(link, &front->links, entry) {
		if (!link->is_logged_in || !link->grant.has_token ||
		    strcmp(link->grant.token.name, name) != 0)
			continue;
		log_info("link ended peer=%s token=%s: the token was revoked", link->grant.peer,
			 name);
		link_close(link);
		count++;
	}
	return count;
}

void control_revoke(struct front *front, char *words, struct byte_buf *answer)
{
	struct revocations *revocations = &front->access.revoked;
	char *value;
	char *word = control_next_word(&words, &value);
	unsigned count;
	int err;

	if (word == NULL || value == NULL || strcmp(word, "name") != 0 ||
	    !id_is_valid(view_of(value))) {
		byte_buf_printf(answer, "error say which: name=NAME, the name of a token\n");
		return;
	}
	err = revocations_add(revocations, value);
	count = close_links(front, value);
	if (!revocations_have(revocations, value)) {
		byte_buf_printf(answer,
				"error %s: \"%s\" is NOT revoked; its %u links are closed\n",
				err == -ENOMEM ? "out of memory" : "too many tokens are revoked",
				value, count);
		return;
	}
	audit_token_revoked(front->relays.audit, value, count,
			    err == 0 && revocations->path != NULL);
	log_info("revoked token=%s links=%u", value, count);
	if (err != 0)
		byte_buf_printf(
			answer,
			"error \"%s\" is revoked until the daemon ends (%u links closed), but "
			"%s cannot be written: %s\n",
			value, count, revocations->path, strerror(-err));
	else if (count == 0)
		byte_buf_printf(answer, "ok revoked; no link used \"%s\"\n", value);
	else
		byte_buf_printf(answer, "ok revoked; links of \"%s\" closed: %u\n", value, count);
}
