/*
 * hostile_login.c - a stranger at the daemon's door, who keeps trying what is no way in.
 *
 *     hostile_login none|gssapi PORT
 *
 * Tries until the daemon hangs up, and prints how often; fails if it never does.
 */
#include <libssh/libssh.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_MAX = 100000 };

/*
 * GSSAPI as libssh's client uses it, with a Kerberos ticket that is none: what it sends is all
 * that counts here. Declared in our own words, since its headers need not be installed.
 */
struct mechanism {
	uint32_t len;
	const void *bytes;
};

struct mechanism_set {
	size_t count;
	struct mechanism *list;
};

uint32_t gss_import_name(uint32_t *minor, const void *text, const void *type, void **name);
uint32_t gss_acquire_cred(uint32_t *minor, const void *name, uint32_t seconds, const void *wanted,
			  int usage, void **credentials, struct mechanism_set **actual,
			  uint32_t *lifetime);
uint32_t gss_create_empty_oid_set(uint32_t *minor, struct mechanism_set **set);
uint32_t gss_inquire_cred_by_mech(uint32_t *minor, const void *credentials, const void *mechanism,
				  void **name, uint32_t *initiator_lifetime,
				  uint32_t *acceptor_lifetime, int *usage);
uint32_t gss_add_oid_set_member(uint32_t *minor, const void *mechanism, struct mechanism_set **set);
uint32_t gss_release_oid_set(uint32_t *minor, struct mechanism_set **set);
uint32_t gss_release_name(uint32_t *minor, void **name);
uint32_t gss_release_cred(uint32_t *minor, void **credentials);

static struct mechanism kerberos = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static struct mechanism_set only_kerberos = {1, &kerberos};

uint32_t gss_import_name(uint32_t *minor, const void *text, const void *type, void **name)
{
	(void)minor;
	(void)text;
	(void)type;
	*name = &kerberos;
	return 0;
}

uint32_t gss_acquire_cred(uint32_t *minor, const void *name, uint32_t seconds, const void *wanted,
			  int usage, void **credentials, struct mechanism_set **actual,
			  uint32_t *lifetime)
{
	(void)minor;
	(void)name;
	(void)seconds;
	(void)wanted;
	(void)usage;
	(void)lifetime;
	*credentials = &kerberos;
	*actual = &only_kerberos;
	return 0;
}

uint32_t gss_create_empty_oid_set(uint32_t *minor, struct mechanism_set **set)
{
	(void)minor;
	*set = &only_kerberos;
	return 0;
}

uint32_t gss_inquire_cred_by_mech(uint32_t *minor, const void *credentials, const void *mechanism,
				  void **name, uint32_t *initiator_lifetime,
				  uint32_t *acceptor_lifetime, int *usage)
{
	(void)minor;
	(void)credentials;
	(void)mechanism;
	(void)name;
	(void)acceptor_lifetime;
	(void)usage;
	*initiator_lifetime = 1;
	return 0;
}

uint32_t gss_add_oid_set_member(uint32_t *minor, const void *mechanism, struct mechanism_set **set)
{
	(void)minor;
	(void)mechanism;
	(void)set;
	return 0;
}

uint32_t gss_release_oid_set(uint32_t *minor, struct mechanism_set **set)
{
	(void)minor;
	*set = NULL;
	return 0;
}

uint32_t gss_release_name(uint32_t *minor, void **name)
{
	(void)minor;
	*name = NULL;
	return 0;
}

uint32_t gss_release_cred(uint32_t *minor, void **credentials)
{
	(void)minor;
	*credentials = NULL;
	return 0;
}

static int try_once(ssh_session session, const char *method)
{
	if (strcmp(method, "gssapi") == 0)
		return ssh_userauth_gssapi(session);
	return ssh_userauth_none(session, NULL);
}

static ssh_session connect_to(const char *port_text)
{
	ssh_session session = ssh_new();
	unsigned int port = (unsigned int)strtoul(port_text, NULL, 10);
	bool no = false;

	ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
	ssh_options_set(session, SSH_OPTIONS_PORT, &port);
	ssh_options_set(session, SSH_OPTIONS_USER, "stranger");
	if (ssh_connect(session) != SSH_OK) {
		fprintf(stderr, "hostile_login: %s\n", ssh_get_error(session));
		exit(EXIT_FAILURE);
	}
	return session;
}

int main(int argc, char **argv)
{
	ssh_session session;
	int tries = 0;
	int rc;

	if (argc != 3)
		return EXIT_FAILURE;
	session = connect_to(argv[2]);
	do {
		rc = try_once(session, argv[1]);
		tries++;
	} while (rc == SSH_AUTH_DENIED && tries < TRIES_MAX);
	printf("%d\n", tries);
	ssh_free(session);
	return rc == SSH_AUTH_ERROR ? EXIT_SUCCESS : EXIT_FAILURE;
}
