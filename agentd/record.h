/*
 * record.h - what became of one request: filled in on its way by the relay, then handed to all who
 * want to know.
 */
#ifndef AGENTD_RECORD_H
#define AGENTD_RECORD_H

#include <sys/queue.h>

#include "agentd/gate.h"
#include "agentd/grant.h"
#include "agentd/statistics.h"
#include "common/bytes.h"
#include "common/fingerprint.h"

enum verdict {
	VERDICT_SIGNED,
	VERDICT_PASSED,	 /* answered, and no signature was asked for */
	VERDICT_REFUSED, /* by us */
	VERDICT_FAILED,	 /* the source answered, but would not sign */
	VERDICT_LOST,	 /* no answer came, or nobody was left to take it */
};

/* Borrows all that it points to. */
struct record {
	const char *id;
	const struct grant *grant;
	struct statistics *statistics; /* of the id; NULL where there is none of that name */
	const char *kind;	       /* a word: "sign", "list", "open" ... */
	struct gate_decision decision; /* all zero where it did not come to the gate */
	bool has_key;
	uint8_t key_hash[FINGERPRINT_HASH_LEN];
	bool is_confirming; /* someone is asked, now */
	enum verdict verdict;
	const char *reason; /* a constant; NULL where nothing went wrong */
	/* by uv_hrtime; 0: it did not come to that */
	uint64_t begun_ns;
	uint64_t sent_ns;
	uint64_t ended_ns;
	LIST_ENTRY(record) entry; /* of those in flight; waiting.h tells of them */
};

LIST_HEAD(record_list, record);

/* "signed", "passed", "refused", "failed", "lost". */
const char *verdict_name(enum verdict verdict);

/* A record of a request that begins now, among those in flight. NULL when out of memory. */
struct record *record_new(struct record_list *in_flight, const char *id, const struct grant *grant,
			  struct statistics *statistics);

/* Takes it out from among them. */
void record_free(struct record *record);

/* True for a request whose answer is, or would have been, a signature. */
bool record_is_of_signature(const struct record *record);

/* Takes the hash of the key that a sign request is for, unless that was done or it is none. */
void record_set_key(struct record *record, struct byte_view request);

/* The fingerprint of that key; empty without one. */
void record_key_text(const struct record *record, char text[FINGERPRINT_TEXT_MAX]);

/* From the request on; and, of it, what the source took. 0 where it did not come to that. */
uint64_t record_total_ns(const struct record *record);
uint64_t record_upstream_ns(const struct record *record);

struct audit;
struct audit_ticket;

/*
 * The record is complete: it goes to the log, into the statistics and to the audit log. What comes of the
 * last is returned, as audit_record does.
 */
int record_hand_out(const struct record *record, struct audit *audit, struct audit_ticket *ticket);

/* Something was refused before it came to a request for a source: a record of that, handed out. */
void record_refusal(const struct grant *grant, const char *id, const char *kind, const char *reason,
		    struct audit *audit);

#endif
