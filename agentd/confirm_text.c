#include <stdio.h>
#include <string.h>

#include "agentd/confirm.h"
#include "common/fingerprint.h"

/* A window shows no more of a name with sense; a user name may be 256 KiB. */
enum { NAME_SHOWN_MAX = 64, NAME_TEXT_MAX = NAME_SHOWN_MAX + 4 };

static const char *cut(const char *escaped, char text[NAME_TEXT_MAX])
{
	size_t len = strnlen(escaped, NAME_SHOWN_MAX + 1);

	snprintf(text, NAME_TEXT_MAX, "%.*s%s", NAME_SHOWN_MAX, escaped,
		 len > NAME_SHOWN_MAX ? "..." : "");
	return text;
}

static void put_purpose(const struct gate_login *login, char text[CONFIRM_TEXT_MAX / 2])
{
	char name[NAME_TEXT_MAX];
	char key[FINGERPRINT_TEXT_MAX];

	if (login->sshsig_namespace[0] != '\0') {
		snprintf(text, CONFIRM_TEXT_MAX / 2,
			 "A signature over a file or a commit, namespace \"%s\"",
			 cut(login->sshsig_namespace, name));
		return;
	}
	cut(login->user, name);
	if (login->host != NULL) {
		snprintf(text, CONFIRM_TEXT_MAX / 2, "Login: \"%s\" on %.256s (host key verified)",
			 name, login->host);
	} else if (login->has_host) {
		fingerprint_text(login->host_fingerprint, key);
		snprintf(text, CONFIRM_TEXT_MAX / 2, "Login: \"%s\" on a host with the key %s",
			 name, key);
	} else {
		snprintf(text, CONFIRM_TEXT_MAX / 2, "Login: \"%s\" on an unverified host", name);
	}
}

void confirm_text(const struct record *record, char text[CONFIRM_TEXT_MAX])
{
	char purpose[CONFIRM_TEXT_MAX / 2];
	char key[FINGERPRINT_TEXT_MAX];

	record_key_text(record, key);
	put_purpose(&record->decision.login, purpose);
	snprintf(text, CONFIRM_TEXT_MAX,
		 "May a container build sign with your key?\n"
		 "\n"
		 "Build: %s, token %s\n"
		 "Id: %s\n"
		 "Key: %s\n"
		 "%s",
		 record->grant->peer, grant_name(record->grant), record->id, key, purpose);
}
