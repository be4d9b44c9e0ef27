#include "agentd/report.h"

#include <time.h>

#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/log.h"

/* Of those that strangers bring about. */
enum { LINES_PER_SECOND = 10 };

void report_key_asked(struct byte_view request, char key[FINGERPRINT_TEXT_MAX])
{
	struct sign_request sign;

	key[0] = '\0';
	if (log_is_on(LOG_LEVEL_INFO) && agent_parse_sign_request(request, &sign) == 0)
		fingerprint_of_blob(sign.key_blob, key);
}

void report_signature(const char *id, const struct grant *grant, const char *key,
		      const struct gate_login *login, bool is_signed, uint64_t duration_ns)
{
	char host[FINGERPRINT_TEXT_MAX] = "unverified";

	if (!log_is_on(LOG_LEVEL_INFO))
		return;
	if (login->has_host)
		fingerprint_text(login->host_fingerprint, host);
	log_info("%s id=%s key=%s user=\"%s\" host=%s peer=%s token=%s ms=%.1f",
		 is_signed ? "signed" : "the agent would not sign", id, key, login->user, host,
		 grant->peer, grant_name(grant), (double)duration_ns / 1e6);
}

bool report_is_due(void)
{
	static time_t second;
	static unsigned logged;
	static unsigned unlogged;
	time_t now = time(NULL);

	if (now != second) {
		if (unlogged > 0)
			log_warn("%u more lines about refusals and lost connections were left out",
				 unlogged);
		second = now;
		logged = 0;
		unlogged = 0;
	}
	if (logged >= LINES_PER_SECOND) {
		unlogged++;
		return false;
	}
	logged++;
	return true;
}

void report_refusal(const char *id, const struct grant *grant, const char *kind, const char *reason)
{
	if (report_is_due())
		log_warn("refused kind=%s id=%s peer=%s token=%s: %s", kind, id, grant->peer,
			 grant_name(grant), reason);
}
