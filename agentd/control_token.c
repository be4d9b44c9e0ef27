#include "agentd/control_token.h"

#include <stdio.h>
#include <string.h>

#include "agentd/audit_event.h"
#include "agentd/mint.h"
#include "common/log.h"

static int apply_word(struct front *front, struct mint_request *request, const char *name,
		      const char *value, char reason[MINT_REASON_MAX])
{
	char escaped[LOG_ESCAPED_MAX];

	if (value != NULL) {
		if (strcmp(name, "id") == 0) {
			if (source_find(&front->sources, value) == NULL) {
				snprintf(reason, MINT_REASON_MAX,
					 "id \"%.64s\" is not offered by this daemon",
					 log_escape(view_of(value), escaped));
				return -1;
			}
			return mint_add_id(request, value, reason);
		}
		if (strcmp(name, "secret") == 0) {
			if (secret_set_find(&front->secrets, value) == NULL) {
				snprintf(reason, MINT_REASON_MAX,
					 "the secret \"%.64s\" is not offered by this daemon",
					 log_escape(view_of(value), escaped));
				return -1;
			}
			return mint_add_secret(request, value, reason);
		}
		if (strcmp(name, "name") == 0)
			return mint_set_name(request, value, reason);
		if (strcmp(name, "expires") == 0)
			return mint_set_lifetime(request, value, reason);
		if (strcmp(name, "max-signatures") == 0)
			return mint_set_max_signatures(request, value, reason);
	}
	snprintf(reason, MINT_REASON_MAX, "the daemon does not understand \"%.64s\"",
		 log_escape(view_of(name), escaped));
	return -1;
}

void control_token(struct front *front, char *words, struct byte_buf *answer)
{
	struct mint_request request = {0};
	char reason[MINT_REASON_MAX];
	char *name;
	const uint64_t now_s = lease_wall_clock_s();
	char *value;
	struct byte_buf text;

	while ((name = control_next_word(&words, &value)) != NULL) {
		if (apply_word(front, &request, name, value, reason) != 0) {
			byte_buf_printf(answer, "error %s\n", reason);
			return;
		}
	}
	if (mint_settle_name(&request, &front->access.secret, &front->access.revoked, reason) !=
	    0) {
		byte_buf_printf(answer, "error %s\n", reason);
		return;
	}
	byte_buf_init(&text, TOKEN_TEXT_MAX);
	if (front->port_hint == 0)
		byte_buf_printf(
			answer,
			"error this daemon listens on Unix sockets only; they need no token\n");
	else if (mint_token(&request, &front->access.secret, front->access.host_key_hash,
			    front->port_hint, now_s, &text) != 0)
		byte_buf_printf(answer,
				"error the token could not be made; does it name too much?\n");
	else {
		byte_buf_printf(answer, "ok %.*s\n", (int)text.len, (char *)text.data);
		audit_token_minted(front->relays.audit, &request,
				   request.lifetime_s != 0 ? now_s + request.lifetime_s : 0);
	}
	byte_buf_deinit(&text);
}
