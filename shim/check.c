#include "shim/check.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/known_hosts.h"
#include "shim/printable.h"

/* In UTC: the container's time zone says nothing. */
static const char *expiry_text(uint64_t expiry_s, char text[64])
{
	time_t seconds = (time_t)expiry_s;
	struct tm tm;

	if (expiry_s == 0)
		return "no expiry of its own";
	if (gmtime_r(&seconds, &tm) == NULL || strftime(text, 64, "expires %F %T UTC", &tm) == 0)
		return "an expiry beyond reason";
	return text;
}

void check_print_link(FILE *to, const char *where, const char *origin, const char *fingerprint,
		      const struct token *token)
{
	char text[64];

	fprintf(to, "daemon: %s (%s)\n", where, origin);
	fprintf(to, "host key: %s, %s\n", fingerprint,
		token != NULL ? "the one in the token" : "not checked, since there is no token");
	if (token != NULL)
		fprintf(to, "token: %s, %s\n", token->name, expiry_text(token->expiry_s, text));
	else
		fprintf(to, "token: none, the network is trusted\n");
}

void check_print_keys(FILE *to, const struct offer *offer, const struct offer_id *id)
{
	for (size_t i = 0; i < id->key_count; i++) {
		const struct offer_key *key = &offer->keys[id->first_key + i];

		fprintf(to, "  key: %s %s %" PRIu32 " %s\n", key->fingerprint, key->type, key->bits,
			key->comment);
	}
}

static void print_id(FILE *to, const struct offer *offer, const struct offer_id *id)
{
	fprintf(to, "id: %s (%s) %s%s%s\n", id->name, id->source,
		id->is_available ? "ok" : "unavailable", id->reason[0] != '\0' ? ": " : "",
		id->reason);
	check_print_keys(to, offer, id);
}

static void print_secret(FILE *to, const struct offer_secret *secret)
{
	if (secret->kind == OFFER_SECRET_FILE)
		fprintf(to, "secret: %s, %" PRId64 " bytes\n", secret->name, secret->size);
	else if (secret->kind == OFFER_SECRET_DIRECTORY)
		fprintf(to, "secret: %s, a directory\n", secret->name);
	else
		fprintf(to, "secret: %s unavailable: %s\n", secret->name, secret->reason);
}

static void print_known_host(FILE *to, const struct known_hosts_line *host)
{
	static const char *const markers[] = {
		[KNOWN_HOSTS_KEY] = "",
		[KNOWN_HOSTS_AUTHORITY] = " (authority)",
		[KNOWN_HOSTS_REVOKED] = " (revoked)",
	};
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char names[OFFER_TEXT_SIZE];

	fingerprint_of_blob(byte_buf_view(&host->key_blob), fingerprint);
	printable_copy(names, sizeof(names), host->names);
	fprintf(to, "host key of %s: %s%s\n", names, fingerprint, markers[host->marker]);
}

static void print_known_hosts(FILE *to, struct byte_view lines)
{
	struct known_hosts_line host;

	while (lines.len > 0) {
		const uint8_t *newline = memchr(lines.ptr, '\n', lines.len);
		struct byte_view line = lines;

		if (newline != NULL)
			line.len = (size_t)(newline - lines.ptr);
		lines.ptr += line.len + (newline != NULL);
		lines.len -= line.len + (newline != NULL);
		if (known_hosts_parse(line, &host) != 0)
			continue;
		print_known_host(to, &host);
		known_hosts_line_deinit(&host);
	}
}

void check_print_offer(FILE *to, const struct offer *offer, const struct offer_id *chosen)
{
	if (offer->daemon_version[0] != '\0')
		fprintf(to, "version: %s\n", offer->daemon_version);
	for (size_t i = 0; i < offer->id_count; i++)
		print_id(to, offer, &offer->ids[i]);
	for (size_t i = 0; i < offer->secret_count; i++)
		print_secret(to, &offer->secrets[i]);
	for (size_t i = 0; i < offer->repo_count; i++)
		fprintf(to, "repository: %s, keys of %s\n", offer->repos[i].pattern,
			offer->repos[i].id);
	print_known_hosts(to, byte_buf_view(&offer->known_hosts));
	if (chosen != NULL)
		fprintf(to, "a command would get: %s\n", chosen->name);
}

size_t check_print_socket(FILE *to, const struct found *found)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char comment[OFFER_TEXT_SIZE];
	struct identity_list list;
	struct identity identity;
	size_t count = 0;

	fprintf(to, "daemon: %s (%s)\n", found->where, found->candidate->origin);
	fprintf(to, "a command would get: %s\n", found->path);
	if (agent_identities_start(found->identities, &list) != 0)
		return 0;
	for (; agent_identities_next(&list, &identity) == 0; count++) {
		fingerprint_of_blob(identity.key_blob, fingerprint);
		printable_copy(comment, sizeof(comment), identity.comment);
		fprintf(to, "  key: %s %s\n", fingerprint, comment);
	}
	return count;
}
