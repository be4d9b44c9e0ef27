#include "agentd/report.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/fingerprint.h"
#include "common/log.h"

/* Of those that strangers bring about. */
enum { LINES_PER_SECOND = 10 };

/* What a record borrows may be gone when the line is made. */
struct signature_line {
	const char *what;
	char id[ID_NAME_MAX + 1];
	char peer[ADDRESS_TEXT_MAX];
	char token[ID_NAME_MAX + 1];
	struct gate_login login;
	bool has_key;
	uint8_t key_hash[FINGERPRINT_HASH_LEN];
	uint64_t total_ns;
};

_Static_assert(sizeof(struct signature_line) <= LOG_LATER_MAX, "it is made later");

static void put_signature(const void *data)
{
	const struct signature_line *line = data;
	const struct gate_login *login = &line->login;
	double ms = (double)line->total_ns / 1e6;
	char host[FINGERPRINT_TEXT_MAX] = "unverified";
	char key[FINGERPRINT_TEXT_MAX] = "";

	if (line->has_key)
		fingerprint_text(line->key_hash, key);
	if (login->sshsig_namespace[0] != '\0') {
		log_info("%s id=%s key=%s namespace=\"%s\" peer=%s token=%s ms=%.1f", line->what,
			 line->id, key, login->sshsig_namespace, line->peer, line->token, ms);
		return;
	}
	if (login->has_host)
		fingerprint_text(login->host_fingerprint, host);
	log_info("%s id=%s key=%s user=\"%s\" host=%s peer=%s token=%s ms=%.1f", line->what,
		 line->id, key, login->user, login->host != NULL ? login->host : host, line->peer,
		 line->token, ms);
}

static void copy_name(const char *name, char copy[ID_NAME_MAX + 1])
{
	memcpy(copy, name, strnlen(name, ID_NAME_MAX) + 1);
}

/* A signature for a login, or over a file or commit. The line is made when there is time: the build waits for its answer. */
static void report_signature(const struct record *record)
{
	struct signature_line line;

	if (!log_is_on(LOG_LEVEL_INFO))
		return;
	line.what = record->verdict == VERDICT_SIGNED ? "signed" : "the agent would not sign";
	line.login = record->decision.login;
	line.has_key = record->has_key;
	memcpy(line.key_hash, record->key_hash, sizeof(line.key_hash));
	line.total_ns = record_total_ns(record);
	copy_name(record->id, line.id);
	copy_name(grant_name(record->grant), line.token);
	memcpy(line.peer, record->grant->peer, sizeof(line.peer));
	log_later(put_signature, &line, sizeof(line));
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
