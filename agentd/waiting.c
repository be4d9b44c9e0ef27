#include "agentd/waiting.h"

#include <stdio.h>

enum {
	LINES_MAX = 24,
	WORD_MAX = LOG_ESCAPED_MAX + 64,
};

/* A source that needs longer asks for a touch, or is out of order. */
static const uint64_t agent_patience_ns = 2 * UINT64_C(1000000000);

/* Escaped text as one word: blanks are escaped, too, and nothing is "-". */
static const char *word(const char *escaped, char text[WORD_MAX])
{
	size_t len = 0;

	for (; *escaped != '\0' && len + 5 < WORD_MAX; escaped++) {
		if (*escaped == ' ')
			len += (size_t)snprintf(text + len, WORD_MAX - len, "\\x20");
		else
			text[len++] = *escaped;
	}
	if (len == 0)
		text[len++] = '-';
	text[len] = '\0';
	return text;
}

static const char *what_waits(const struct record *record, uint64_t now_ns)
{
	if (!record_is_of_signature(record))
		return NULL;
	if (record->is_confirming)
		return "confirm";
	if (record->sent_ns != 0 && now_ns - record->sent_ns >= agent_patience_ns)
		return "agent";
	return NULL;
}

static void put_record(const struct record *record, const char *what, struct byte_buf *text)
{
	const struct gate_login *login = &record->decision.login;
	char name[WORD_MAX];
	char host[WORD_MAX];

	if (login->sshsig_namespace[0] != '\0')
		byte_buf_printf(text, "waiting %s %s sshsig %s\n", what, record->id,
				word(login->sshsig_namespace, name));
	else
		byte_buf_printf(text, "waiting %s %s login %s %s\n", what, record->id,
				word(login->user, name),
				word(login->host != NULL ? login->host : "", host));
}

void waiting_put(const struct relay_context *context, const struct grant *grant, uint64_t now_ns,
		 struct byte_buf *text)
{
	const struct record *record;
	unsigned lines = 0;

	LIST_FOREACH(record, &context->records, entry) {
		const char *what = record->grant == grant ? what_waits(record, now_ns) : NULL;

		if (what != NULL && lines++ < LINES_MAX)
			put_record(record, what, text);
	}
}
