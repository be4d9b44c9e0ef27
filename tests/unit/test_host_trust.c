#include "agentd/host_trust.h"

#include "tests/support/trust.h"
#include "tests/support/unit.h"

START_TEST(a_key_is_the_hosts_that_a_line_says)
{
	know("echo \"host $(k one.pub)\"; echo \"other $(k two.pub)\"");
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("one.pub", "HOST"));
	ck_assert(trusts("two.pub", "other"));
	ck_assert(!trusts("two.pub", "host"));
	ck_assert_str_eq(fault, "known_hosts has other keys of them");
	ck_assert(!trusts("one.pub", "nowhere"));
	ck_assert_str_eq(fault, "known_hosts has no key of any of them");
}
END_TEST

START_TEST(a_host_may_have_several_keys_and_a_key_several_hosts)
{
	const struct trusted_host *list[3];

	know("echo \"host,mirror $(k one.pub)\"; echo \"host $(k rsa.pub)\"");
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("rsa.pub", "host"));
	ck_assert(trusts("one.pub", "mirror"));
	ck_assert(!trusts("rsa.pub", "mirror"));
	list[0] = host_of("nowhere");
	list[1] = host_of("mirror");
	list[2] = host_of("host");
	ck_assert_ptr_eq(find("one.pub", list, 3), list[1]);
	ck_assert_ptr_eq(find("rsa.pub", list, 3), list[2]);
	ck_assert_ptr_null(find("two.pub", list, 3));
	ck_assert_ptr_null(find("one.pub", list, 0));
}
END_TEST

START_TEST(hashed_names_are_found)
{
	know("echo \"host $(k one.pub)\"; echo \"[host]:2222 $(k two.pub)\"");
	workspace_run("ssh-keygen -q -H -f known");
	ck_assert_int_eq(set_file("known"), 0);
	ck_assert(trusts("one.pub", "host"));
	ck_assert(trusts("two.pub", "host:2222"));
	ck_assert(!trusts("two.pub", "host"));
	ck_assert(!trusts("one.pub", "other"));
}
END_TEST

START_TEST(patterns_and_negations_count)
{
	know("echo \"*.example.com,!bad.example.com $(k one.pub)\"");
	ck_assert(trusts("one.pub", "good.example.com"));
	ck_assert(!trusts("one.pub", "bad.example.com"));
}
END_TEST

START_TEST(a_line_for_a_port_counts_for_that_port_only)
{
	know("echo \"[host]:2222 $(k one.pub)\"");
	ck_assert(trusts("one.pub", "host:2222"));
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(!trusts("one.pub", "host:2223"));
	know("echo \"[host]:22 $(k one.pub)\"");
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(!trusts("one.pub", "host:22"));
}
END_TEST

START_TEST(keys_of_the_host_alone_count_where_its_port_has_none)
{
	know("echo \"host $(k one.pub)\"");
	ck_assert(trusts("one.pub", "host:2222"));
	know("echo \"host $(k one.pub)\"; echo \"[host]:2222 $(k two.pub)\"");
	ck_assert(!trusts("one.pub", "host:2222"));
	ck_assert(trusts("two.pub", "host:2222"));
	ck_assert(trusts("one.pub", "host"));
}
END_TEST

START_TEST(a_revoked_key_is_no_hosts)
{
	know("echo \"host $(k one.pub)\"; echo \"@revoked * $(k one.pub)\"");
	ck_assert(!trusts("one.pub", "host"));
	ck_assert_str_eq(fault, "known_hosts says that the key is revoked");
	know("echo \"@revoked other $(k one.pub)\"; echo \"host $(k one.pub)\"");
	ck_assert(trusts("one.pub", "host"));
	know("echo \"[host]:2222 $(k one.pub)\"; echo \"@revoked host $(k one.pub)\"");
	ck_assert(!trusts("one.pub", "host:2222"));
}
END_TEST

START_TEST(a_certificate_counts_by_its_authority)
{
	know("echo \"@cert-authority host,*.host $(k ca.pub)\"");
	ck_assert(trusts("good", "host"));
	ck_assert(trusts("good", "host:2222"));
	ck_assert(!trusts("one.pub", "host")); /* not without the certificate */
	ck_assert(!trusts("ca.pub", "host"));  /* nor is the authority a host */
	ck_assert(trusts("wildcard", "a.host"));
	ck_assert(!trusts("other-ca", "host"));
	ck_assert_str_eq(fault, "known_hosts has other keys of them");
	know("echo \"@cert-authority elsewhere $(k ca.pub)\"");
	ck_assert(!trusts("good", "host"));
	know("echo \"host $(k ca.pub)\""); /* a host's key is no authority */
	ck_assert(!trusts("good", "host"));
}
END_TEST

START_TEST(a_certificate_must_be_good_for_the_host_and_now)
{
	static const struct {
		const char *file;
		const char *fault;
	} cases[] = {
		{"principal", "the host's certificate is for another name"},
		{"wildcard", "the host's certificate is for another name"},
		{"nobody", "the host's certificate is for another name"},
		{"expired", "the host's certificate has expired"},
		{"early", "the host's certificate is not valid yet"},
		{"user", "the host's certificate is one for users"},
		{"critical", "the host's certificate has critical options"},
	};

	know("echo \"@cert-authority * $(k ca.pub)\"");
	ck_assert(trusts("good", "host"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(!trusts(cases[i].file, "host"), "%s", cases[i].file);
		ck_assert_str_eq(fault, cases[i].fault);
	}
}
END_TEST

/* At its last second, and at the first that is none of its: OpenSSH's bounds. */
START_TEST(a_certificates_dates_are_to_the_second)
{
	const struct trusted_host *host;
	struct byte_buf blob;

	workspace_run("TZ=UTC ssh-keygen -q -s ca -I id -h -n host -V "
		      "20210101000000:20210102000000 two.pub && mv two-cert.pub dated");
	know("echo \"@cert-authority * $(k ca.pub)\"");
	host = host_of("host");
	blob = blob_of("dated");
	for (int i = -1; i <= 1; i++) {
		uint64_t from = 1609459200U + (uint64_t)i;
		uint64_t to = 1609459200U + 86400U + (uint64_t)i;

		ck_assert((trusted_hosts_find(&host, 1, byte_buf_view(&blob), from, &fault) !=
			   NULL) == (i >= 0));
		ck_assert((trusted_hosts_find(&host, 1, byte_buf_view(&blob), to, &fault) !=
			   NULL) == (i < 0));
	}
	byte_buf_deinit(&blob);
}
END_TEST

START_TEST(a_certificate_may_stand_for_its_plain_key)
{
	know("echo \"host $(k one.pub)\"");
	ck_assert(trusts("good", "host"));
	ck_assert(trusts("expired", "host"));
	know("echo \"host $(k one.pub)\"; echo \"@cert-authority host $(k ca.pub)\"");
	ck_assert(trusts("expired", "host"));
	know("echo \"host $(k two.pub)\"");
	ck_assert(!trusts("good", "host"));
}
END_TEST

START_TEST(a_revoked_authority_or_key_takes_its_certificates_along)
{
	know("echo \"@cert-authority host $(k ca.pub)\"; echo \"@revoked host $(k ca.pub)\"");
	ck_assert(!trusts("good", "host"));
	know("echo \"@cert-authority host $(k ca.pub)\"; echo \"@revoked host $(k one.pub)\"");
	ck_assert(!trusts("good", "host"));
	ck_assert_str_eq(fault, "known_hosts says that the key is revoked");
	/* Not even for the plain key in it. */
	know("echo \"host $(k one.pub)\"; echo \"@revoked host $(k ca.pub)\"");
	ck_assert(!trusts("good", "host"));
	ck_assert(trusts("one.pub", "host"));
	/* A line with a certificate revokes its key. */
	know("echo \"host $(k one.pub)\"; echo \"@revoked host $(k good)\"");
	ck_assert(!trusts("one.pub", "host"));
}
END_TEST

START_TEST(a_hosts_certificate_on_a_line_is_no_plain_key)
{
	know("echo \"host $(k good)\"");
	ck_assert(!trusts("one.pub", "host"));
	ck_assert(!trusts("good", "host"));
}
END_TEST

START_TEST(every_prefix_of_a_host_key_is_trusted_by_nobody)
{
	static const char *const files[] = {"one.pub", "good", "rsa.pub"};
	const struct trusted_host *host;

	know("echo \"host $(k one.pub)\"; echo \"host $(k rsa.pub)\";"
	     "echo \"@cert-authority host $(k ca.pub)\"");
	host = host_of("host");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct byte_buf blob = blob_of(files[i]);

		ck_assert_ptr_nonnull(
			trusted_hosts_find(&host, 1, byte_buf_view(&blob), 0x7fffffff, &fault));
		for (size_t len = 0; len < blob.len; len++) {
			struct byte_view cut = {blob.data, len};

			ck_assert_ptr_null(trusted_hosts_find(&host, 1, cut, 0x7fffffff, &fault));
			ck_assert_ptr_nonnull(fault);
			if (i == 1 && len > sizeof("ssh-ed25519-cert-v01@openssh.com") + 4)
				ck_assert_str_eq(fault, "the host's key is malformed");
		}
		byte_buf_deinit(&blob);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("host_trust");

	tcase_add_unchecked_fixture(tests, keys_make, workspace_leave);
	tcase_add_checked_fixture(tests, hosts_set_up, hosts_tear_down);
	tcase_add_test(tests, a_key_is_the_hosts_that_a_line_says);
	tcase_add_test(tests, a_host_may_have_several_keys_and_a_key_several_hosts);
	tcase_add_test(tests, hashed_names_are_found);
	tcase_add_test(tests, patterns_and_negations_count);
	tcase_add_test(tests, a_line_for_a_port_counts_for_that_port_only);
	tcase_add_test(tests, keys_of_the_host_alone_count_where_its_port_has_none);
	tcase_add_test(tests, a_revoked_key_is_no_hosts);
	tcase_add_test(tests, a_certificate_counts_by_its_authority);
	tcase_add_test(tests, a_certificate_must_be_good_for_the_host_and_now);
	tcase_add_test(tests, a_certificates_dates_are_to_the_second);
	tcase_add_test(tests, a_certificate_may_stand_for_its_plain_key);
	tcase_add_test(tests, a_revoked_authority_or_key_takes_its_certificates_along);
	tcase_add_test(tests, a_hosts_certificate_on_a_line_is_no_plain_key);
	tcase_add_test(tests, every_prefix_of_a_host_key_is_trusted_by_nobody);
	return unit_main(tests, "host_trust");
}
