#include "agentd/report.h"

#include <inttypes.h>
#include <time.h>

#include "common/fingerprint.h"
#include "common/log.h"

/* Of those that strangers bring about. */
enum { LINES_PER_SECOND = 10 };

/* A signature for a login, or over a file or commit. */
static void report_signature(const struct record *record)
{
	const struct gate_login *login = &record->decision.login;
	const char *what =
		record->verdict == VERDICT_SIGNED ? "signed" : "the agent would not sign";
	double ms = (double)record_total_ns(record) / 1e6;
	char host[FINGERPRINT_TEXT_MAX] = "unverified";

	if (!log_is_on(LOG_LEVEL_INFO))
		return;
	if (login->sshsig_namespace[0] != '\0') {
		log_info("%s id=%s key=%s namespace=\"%s\" peer=%s token=%s ms=%.1f", what,
			 record->id, record->key, login->sshsig_namespace, record->grant->peer,
			 grant_name(record->grant), ms);
		return;
	}
	if (login->has_host)
		fingerprint_text(login->host_fingerprint, host);
	log_info("%s id=%s key=%s user=\"%s\" host=%s peer=%s token=%s ms=%.1f", what, record->id,
		 record->key, login->user, login->host != NULL ? login->host : host,
		 record->grant->peer, grant_name(record->grant), ms);
}

void report_secret(const char *name, const struct grant *grant, uint64_t len, uint64_t duration_ns)
{
	log_info("handed out secret=%s bytes=%" PRIu64 " peer=%s token=%s ms=%.1f", name, len,
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

void report_request(const struct record *record)
{
	switch (record->verdict) {
	case VERDICT_SIGNED:
	case VERDICT_FAILED:
		report_signature(record);
		break;
	case VERDICT_REFUSED:
		if (report_is_due())
			log_warn("refused kind=%s id=%s peer=%s token=%s: %s%s%s", record->kind,
				 record->id, record->grant->peer, grant_name(record->grant),
				 record->reason, record->decision.detail[0] != '\0' ? ": " : "",
				 record->decision.detail);
		break;
	case VERDICT_PASSED:
	case VERDICT_LOST:
		break;
	}
}
