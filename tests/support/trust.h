/*
 * trust.h - keys, authorities and certificates of hosts, made by ssh-keygen, and known_hosts files
 * that speak of them.
 */
#ifndef TESTS_SUPPORT_TRUST_H
#define TESTS_SUPPORT_TRUST_H

#include <time.h>

#include "agentd/trusted_hosts.h"
#include "tests/support/workspace.h"

enum { TRUST_FILE_MAX = 1024 * 1024 };

static struct trusted_hosts *hosts;
static const char *fault;

/* Keys, authorities and certificates, made once by ssh-keygen. */
static inline void keys_make(void)
{
	workspace_enter();
	workspace_run(
		"for key in one two ca ca2; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; "
		"done; ssh-keygen -q -t rsa -b 2048 -N '' -C rsa -f rsa");
	workspace_run("cert() { ssh-keygen -q -s $1 -I id $2 one.pub && mv one-cert.pub $3; };"
		      "cert ca '-h -n host' good; cert ca '-h -n other,*.host' wildcard;"
		      "cert ca '-h -n other' principal; cert ca '-h' nobody;"
		      "cert ca '-h -n host -V 20200101:20200102' expired;"
		      "cert ca '-h -n host -V 20990101:20990102' early;"
		      "cert ca '-n host' user; cert ca2 '-h -n host' other-ca;"
		      "cert ca '-h -n host -O critical:x@example.com=y' critical");
}

static inline void hosts_set_up(void)
{
	hosts = trusted_hosts_new();
	ck_assert_ptr_nonnull(hosts);
}

static inline void hosts_tear_down(void)
{
	trusted_hosts_free(hosts);
}

static inline int set_file(const char *path)
{
	char *paths[] = {(char *)(uintptr_t)path};

	return trusted_hosts_set_files(hosts, paths, 1);
}

/* Runs a shell command that prints lines; they are the known_hosts from then on. */
static inline void know(const char *command)
{
	workspace_run("k() { cut -d ' ' -f 1,2 $1; }; { %s; } > known", command);
	ck_assert_int_eq(set_file("known"), 0);
}

static inline const struct trusted_host *host_of(const char *name)
{
	const struct trusted_host *host;

	ck_assert_int_eq(trusted_hosts_add(hosts, name, &host), 0);
	return host;
}

/* The blob of a .pub file or certificate. */
static inline struct byte_buf blob_of(const char *file)
{
	struct byte_buf blob;

	workspace_run("cut -d ' ' -f 2 '%s' | base64 -d > blob", file);
	byte_buf_init(&blob, TRUST_FILE_MAX);
	workspace_read("blob", &blob);
	return blob;
}

static inline const struct trusted_host *find(const char *file,
					      const struct trusted_host *const *list, size_t count)
{
	const struct trusted_host *found;
	struct byte_buf blob = blob_of(file);

	found = trusted_hosts_find(list, count, byte_buf_view(&blob), (uint64_t)time(NULL), &fault);
	ck_assert((found != NULL) == (fault == NULL));
	byte_buf_deinit(&blob);
	return found;
}

static inline bool trusts(const char *file, const char *name)
{
	const struct trusted_host *host = host_of(name);

	return find(file, &host, 1) != NULL;
}

#endif
