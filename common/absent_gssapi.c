/*
 * absent_gssapi.c - GSSAPI that always fails, for static builds only.
 *
 * Debian's libssh.a is built with GSSAPI and wants its symbols, but Debian has no static libgssapi. We
 * offer no GSSAPI login and ask for none, and a link whose peer begins one is ended
 * (tests/integration/agentd_starts_no_gssapi.sh), so that nothing is lost.
 *
 * No header of GSSAPI is needed: that these functions take arguments, which they do not look at, is
 * seen by no linker, and every calling convention of ours allows it.
 */
#include <stdint.h>

#define GSS_S_FAILURE (13u << 16) /* RFC 2744 section 3.9.1 */

#define ABSENT(name)                  \
	uint32_t name(void);          \
	uint32_t name(void)           \
	{                             \
		return GSS_S_FAILURE; \
	}

ABSENT(gss_accept_sec_context)
ABSENT(gss_acquire_cred)
ABSENT(gss_add_oid_set_member)
ABSENT(gss_create_empty_oid_set)
ABSENT(gss_display_name)
ABSENT(gss_display_status)
ABSENT(gss_get_mic)
ABSENT(gss_import_name)
ABSENT(gss_indicate_mechs)
ABSENT(gss_init_sec_context)
ABSENT(gss_inquire_cred)
ABSENT(gss_inquire_cred_by_mech)
ABSENT(gss_release_buffer)
ABSENT(gss_release_cred)
ABSENT(gss_release_name)
ABSENT(gss_release_oid_set)
ABSENT(gss_test_oid_set_member)
ABSENT(gss_verify_mic)

extern const void *const GSS_C_NT_HOSTBASED_SERVICE;
extern const void *const GSS_C_NT_USER_NAME;
const void *const GSS_C_NT_HOSTBASED_SERVICE = 0;
const void *const GSS_C_NT_USER_NAME = 0;
