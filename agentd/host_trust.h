/*
 * host_trust.h - whether a host's key is trusted by the lines of known_hosts that concern the
 * host, as ssh judges it (check_host_key in OpenSSH's sshconnect.c).
 */
#ifndef AGENTD_HOST_TRUST_H
#define AGENTD_HOST_TRUST_H

#include "agentd/known_hosts_file.h"
#include "common/certificate.h"

/* The lines that match one name, in the order of the files; they borrow from these. */
struct host_lines {
	const struct known_hosts_entry **list;
	size_t count;
};

/* Finds anew the lines that match name, "host" or "[host]:port". 0 or -ENOMEM: as before. */
int host_lines_find(struct host_lines *lines, const char *name,
		    const struct known_hosts_file *files, size_t file_count);
void host_lines_deinit(struct host_lines *lines);

bool host_lines_have(const struct host_lines *lines, const struct known_hosts_entry *entry);

/* True if there is a line that lets any key be trusted. */
bool host_lines_have_trusted(const struct host_lines *lines);

/* A key that a host has shown. */
struct presented_key {
	struct byte_buf plain; /* its key blob; of a certificate, that of the certified key */
	bool is_certified;
	struct certificate certificate; /* borrows from what was shown */
	uint64_t now_s;
	const char *certificate_fault; /* set by host_trust_judge */
};

/* 0; -EBADMSG; -ENOMEM. */
int presented_key_init(struct presented_key *key, struct byte_view blob, uint64_t now_s);
void presented_key_deinit(struct presented_key *key);

/* The worse, the later; HOST_TRUSTED is the one that is good. */
enum host_trust {
	HOST_UNKNOWN,		  /* no line has any key of the host */
	HOST_HAS_OTHER_KEY,	  /* lines have keys of it, but not this one */
	HOST_HAS_BAD_CERTIFICATE, /* a trusted authority's, but not good for this host, or now */
	HOST_KEY_IS_REVOKED,
	HOST_TRUSTED,
};

/*
 * host: the name without port, in lower case. own: the lines of the name that ssh looks up;
 * portless: those of the host alone where that is another name, which count if own has no key.
 */
enum host_trust host_trust_judge(struct presented_key *key, const char *host,
				 const struct host_lines *own, const struct host_lines *portless);

/* What to say of it; a constant. */
const char *host_trust_fault(const struct presented_key *key, enum host_trust trust);

#endif
