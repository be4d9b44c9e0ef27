/*
 * clearance.h - all that a request has to pass before it may go upstream: the gate, the time and the
 * signatures that are left, and whoever is to confirm it.
 *
 * One for an agent connection, with the bindings that came by it.
 */
#ifndef AGENTD_CLEARANCE_H
#define AGENTD_CLEARANCE_H

#include <stdbool.h>

#include "agentd/audit.h"
#include "agentd/confirm.h"
#include "agentd/gate.h"
#include "agentd/grant.h"
#include "agentd/record.h"
#include "agentd/source.h"
#include "common/bytes.h"

/* Borrows all that it points to. Set by whoever embeds it, up to audit; then clearance_init. */
struct clearance {
	/* Someone was asked, and has answered: refusal as of clearance_ask. Never from within it. */
	void (*on_decided)(struct clearance *clearance, const char *refusal);
	void *owner;
	struct source *source;
	struct grant *grant;
	struct confirm *confirm;
	struct audit *audit; /* NULL: there is none */

	struct gate gate;
	struct confirm_asker asker;
	struct record *record; /* of the request that someone is asked about, else NULL */
};

void clearance_init(struct clearance *clearance);

/*
 * May this request, without its length, go upstream? What there is to know of it goes into record,
 * which stays until the answer, or clearance_withdraw. 0: yes, and a signature is counted; -EPERM: no,
 * refusal says why, a constant; -EINPROGRESS: on_decided comes later.
 */
int clearance_ask(struct clearance *clearance, struct record *record, struct byte_view request,
		  const char **refusal);

/* No answer is wanted any more. Idempotent. */
void clearance_withdraw(struct clearance *clearance);

/* True once a session-bind has passed: the connection upstream knows of it, and no other does. */
bool clearance_has_bindings(const struct clearance *clearance);

#endif
