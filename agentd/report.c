#include "agentd/report.h"

#include <inttypes.h>
#include <time.h>

#include "common/fingerprint.h"
#include "common/log.h"

/* Of those that strangers bring about. */
enum { LINES_PER_SECOND = 10, PURPOSE_MAX = 1024 };

/* What the signature is for: a login, or a file or commit. */
static void say_purpose(const struct gate_login *login, struct byte_buf *text)
{
	char host[FINGERPRINT_TEXT_MAX] = "unverified";

	if (login->sshsig_namespace[0] != '\0') {
		byte_buf_printf(text, "namespace=\"%s\"", login->sshsig_namespace);
		return;
	}
	if (login->has_host)
		fingerprint_text(login->host_fingerprint, host);
	byte_buf_printf(text, "user=\"%s\" host=%s", login->user,
			login->host != NULL ? login->host : host);
}

static void report_signature(const struct record *record)
{
	struct byte_buf purpose;

	if (!log_is_on(LOG_LEVEL_INFO))
		return;
	byte_buf_init(&purpose, PURPOSE_MAX);
	say_purpose(&record->decision.login, &purpose);
	log_info("%s id=%s key=%s %.*s peer=%s token=%s ms=%.1f",
		 record->verdict == VERDICT_SIGNED ? "signed" : "the agent would not sign",
		 record->id, record->key, (int)purpose.len, (char *)purpose.data,
		 record->grant->peer, grant_name(record->grant),
		 (double)record_total_ns(record) / 1e6);
	byte_buf_deinit(&purpose);
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
