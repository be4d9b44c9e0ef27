#include "agentd/host_trust.h"

#include <errno.h>
#include <stdlib.h>

int host_lines_find(struct host_lines *lines, const char *name,
		    const struct known_hosts_file *files, size_t file_count)
{
	struct host_lines found = {0};
	size_t capacity = 0;

	for (size_t i = 0; i < file_count; i++) {
		for (size_t j = 0; j < files[i].entry_count; j++) {
			const struct known_hosts_entry *entry = &files[i].entries[j];

			if (!known_hosts_match(entry->line.names, name))
				continue;
			if (found.count == capacity) {
				size_t wanted = capacity == 0 ? 8 : 2 * capacity;
				/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers it is */
				size_t size = sizeof(found.list[0]);
				void *list = reallocarray((void *)found.list, wanted, size);

				if (list == NULL) {
					host_lines_deinit(&found);
					return -ENOMEM;
				}
				found.list = list;
				capacity = wanted;
			}
			found.list[found.count++] = entry;
		}
	}
	host_lines_deinit(lines);
	*lines = found;
	return 0;
}

void host_lines_deinit(struct host_lines *lines)
{
	free((void *)lines->list);
	*lines = (struct host_lines){0};
}

bool host_lines_have(const struct host_lines *lines, const struct known_hosts_entry *entry)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->list[i] == entry)
			return true;
	}
	return false;
}

bool host_lines_have_trusted(const struct host_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->list[i]->line.marker != KNOWN_HOSTS_REVOKED)
			return true;
	}
	return false;
}

int presented_key_init(struct presented_key *key, struct byte_view blob, uint64_t now_s)
{
	struct presented_key shown = {.now_s = now_s};
	int err = certificate_parse(blob, &shown.certificate);

	if (err == -EBADMSG)
		return err;
	byte_buf_init(&shown.plain, blob.len);
	shown.is_certified = err == 0;
	if (shown.is_certified)
		certificate_put_key(&shown.certificate, &shown.plain);
	else
		byte_buf_put_bytes(&shown.plain, blob.ptr, blob.len);
	err = byte_buf_status(&shown.plain);
	if (err == 0)
		*key = shown;
	else
		byte_buf_deinit(&shown.plain);
	return err;
}

void presented_key_deinit(struct presented_key *key)
{
	byte_buf_deinit(&key->plain);
}

static bool has_key(const struct host_lines *lines, enum known_hosts_marker marker,
		    struct byte_view blob)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct known_hosts_line *line = &lines->list[i]->line;

		if (line->marker == marker && view_equal(byte_buf_view(&line->key_blob), blob))
			return true;
	}
	return false;
}

static bool has_any(const struct host_lines *lines, enum known_hosts_marker marker)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->list[i]->line.marker == marker)
			return true;
	}
	return false;
}

/* The key itself, or the authority that certified it. */
static bool is_revoked(const struct presented_key *key, const struct host_lines *lines)
{
	return has_key(lines, KNOWN_HOSTS_REVOKED, byte_buf_view(&key->plain)) ||
	       (key->is_certified &&
		has_key(lines, KNOWN_HOSTS_REVOKED, key->certificate.authority_blob));
}

static bool is_certified_by(const struct presented_key *key, const struct host_lines *lines)
{
	return has_key(lines, KNOWN_HOSTS_AUTHORITY, key->certificate.authority_blob);
}

/*
 * ssh has a certificate without a trusted authority, or one that is not good, stand for its plain
 * key. It looks at the lines of the host alone only where those with the port have none to compare
 * with.
 */
enum host_trust host_trust_judge(struct presented_key *key, const char *host,
				 const struct host_lines *own, const struct host_lines *portless)
{
	bool falls_back = !has_any(own, KNOWN_HOSTS_KEY);
	enum host_trust fault = HOST_UNKNOWN;

	if (is_revoked(key, own) || is_revoked(key, portless))
		return HOST_KEY_IS_REVOKED;
	if (key->is_certified && (is_certified_by(key, own) || is_certified_by(key, portless))) {
		key->certificate_fault =
			certificate_host_fault(&key->certificate, host, key->now_s);
		if (key->certificate_fault == NULL)
			return HOST_TRUSTED;
		fault = HOST_HAS_BAD_CERTIFICATE;
	} else if (host_lines_have_trusted(own) || host_lines_have_trusted(portless)) {
		fault = HOST_HAS_OTHER_KEY;
	}
	if (has_key(own, KNOWN_HOSTS_KEY, byte_buf_view(&key->plain)) ||
	    (falls_back && has_key(portless, KNOWN_HOSTS_KEY, byte_buf_view(&key->plain))))
		return HOST_TRUSTED;
	return fault;
}

const char *host_trust_fault(const struct presented_key *key, enum host_trust trust)
{
	switch (trust) {
	case HOST_UNKNOWN:
		return "known_hosts has no key of any of them";
	case HOST_HAS_OTHER_KEY:
		return "known_hosts has other keys of them";
	case HOST_HAS_BAD_CERTIFICATE:
		return key->certificate_fault;
	case HOST_KEY_IS_REVOKED:
		return "known_hosts says that the key is revoked";
	case HOST_TRUSTED:
		break;
	}
	return NULL;
}
