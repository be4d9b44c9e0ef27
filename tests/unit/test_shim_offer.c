#include "shim/offer.h"

#include <errno.h>
#include <stdio.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static const char good[] = "ssh-forward-agent-offer 1\n"
			   "daemon 0.1.0\n"
			   "token ci 1900000000\n"
			   "default a\n"
			   "weather fine today\n"
			   "id a keys ok\n"
			   "key a SHA256:x ssh-ed25519 256 me@host with spaces\n"
			   "key a SHA256:y ssh-rsa 3072\n"
			   "id b agent unavailable no such socket\n"
			   "repo b github.com/org/b\n"
			   "repo a github.com/org\n"
			   "known-host github.com,140.82.121.4 ssh-ed25519 AAAA comment\n"
			   "known-host @revoked * ssh-rsa AAAA\n"
			   "secret npmrc file 120\n"
			   "secret certs dir -\n"
			   "secret gone unavailable no such file\n"
			   "limit connections 64\n"
			   "end\n";

static int parse(const char *text, struct offer *offer)
{
	struct byte_view copy = exact_copy(text, strlen(text));
	int err = offer_parse(copy, offer);

	exact_free(copy);
	return err;
}

START_TEST(all_that_is_offered_is_read)
{
	struct offer offer;
	char secrets[64];

	ck_assert_int_eq(parse(good, &offer), 0);
	ck_assert_str_eq(offer.daemon_version, "0.1.0");
	ck_assert_str_eq(offer.token_name, "ci");
	ck_assert_int_eq(offer.token_expiry, 1900000000);
	ck_assert_str_eq(offer.default_id, "a");
	ck_assert_uint_eq(offer.id_count, 2);
	ck_assert_str_eq(offer.ids[0].name, "a");
	ck_assert(offer.ids[0].is_available);
	ck_assert_uint_eq(offer.ids[0].key_count, 2);
	ck_assert_str_eq(offer.keys[0].fingerprint, "SHA256:x");
	ck_assert_str_eq(offer.keys[0].comment, "me@host with spaces");
	ck_assert_uint_eq(offer.keys[1].bits, 3072);
	ck_assert_str_eq(offer.keys[1].comment, "");
	ck_assert(!offer.ids[1].is_available);
	ck_assert_str_eq(offer.ids[1].reason, "no such socket");
	ck_assert_uint_eq(offer.secret_count, 3);
	ck_assert_int_eq(offer_find_secret(&offer, "npmrc")->kind, OFFER_SECRET_FILE);
	ck_assert_int_eq(offer_find_secret(&offer, "npmrc")->size, 120);
	ck_assert_int_eq(offer_find_secret(&offer, "certs")->kind, OFFER_SECRET_DIRECTORY);
	ck_assert_int_eq(offer_find_secret(&offer, "gone")->kind, OFFER_SECRET_UNAVAILABLE);
	ck_assert_str_eq(offer_find_secret(&offer, "gone")->reason, "no such file");
	ck_assert_ptr_null(offer_find_secret(&offer, "npm"));
	offer_list_secrets(&offer, secrets, sizeof(secrets));
	ck_assert_str_eq(secrets, "npmrc, certs, gone");
	ck_assert_uint_eq(offer.repo_count, 2);
	ck_assert_str_eq(offer.repos[0].id, "b");
	ck_assert_str_eq(offer.repos[0].pattern, "github.com/org/b");
	ck_assert_str_eq(offer.repos[1].id, "a");
	ck_assert(view_equals_text(byte_buf_view(&offer.known_hosts),
				   "github.com,140.82.121.4 ssh-ed25519 AAAA comment\n"
				   "@revoked * ssh-rsa AAAA\n"));
	offer_deinit(&offer);
}
END_TEST

START_TEST(every_prefix_is_badmsg)
{
	struct offer offer;
	struct byte_view copy;

	for (size_t len = 0; len < strlen(good); len++) {
		copy = exact_copy(good, len);
		ck_assert_int_eq(offer_parse(copy, &offer), -EBADMSG);
		exact_free(copy);
	}
}
END_TEST

START_TEST(malformed_lines_are_badmsg)
{
	static const char *const lines[] = {
		"id\n",
		"id a\n",
		"id a keys\n",
		"key a SHA256:x ssh-rsa 1\n",		    /* before its id */
		"id a keys ok\nkey b SHA256:x ssh-rsa 1\n", /* another's */
		"id a keys ok\nkey a SHA256:x ssh-rsa\n",   /* no bits */
		"id a keys ok\nkey a SHA256:x ssh-rsa x\n",
		"id a keys ok\nkey a SHA256:x ssh-rsa 4294967296\n",
		"token\n",
		"token ci\n",
		"token ci soon\n",
		"token ci 9223372036854775808\n",
		"default\n",
		"id ../x keys ok\n",
		"repo\n",
		"repo a\n",
		"repo a \n",
		"repo ../a github.com\n",
		"repo a github.com/a b\n",
		"repo a :22/x\n",
		"secret\n",
		"secret a\n",
		"secret a file\n",
		"secret a file -1\n",
		"secret a pipe 1\n",
		"secret ../a dir -\n",
		"known-host\n",
		"known-host \n",
		"known-host a\rb\n",
		"known-host a\x7f\n",
	};
	char text[512];
	struct offer offer;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "ssh-forward-agent-offer 1\n%send\n", lines[i]);
		ck_assert_msg(parse(text, &offer) == -EBADMSG, "%s", lines[i]);
	}
	ck_assert_int_eq(parse("ssh-forward-agent-offer 2\nend\n", &offer), -EBADMSG);
	ck_assert_int_eq(parse("ssh-forward-agent-offer 1 \nend\n", &offer), -EBADMSG);
}
END_TEST

START_TEST(garbage_is_badmsg)
{
	static const char alphabet[] = "\n ak:19\x01\xff";
	static const char start[] = "ssh-forward-agent-offer 1\nid a keys ok\nkey a ";
	char garbage[300];
	struct offer offer;
	uint32_t noise = 1;

	for (int turn = 0; turn < 300; turn++) {
		memcpy(garbage, start, sizeof(start));
		for (size_t i = strlen(start); i < sizeof(garbage) - 1; i++) {
			noise = noise * 1664525 + 1013904223;
			garbage[i] = alphabet[(noise >> 16) % (sizeof(alphabet) - 1)];
		}
		garbage[sizeof(garbage) - 1] = '\0';
		ck_assert_int_eq(parse(garbage, &offer), -EBADMSG);
	}
}
END_TEST

START_TEST(too_many_ids_are_too_much)
{
	struct byte_buf text;
	struct offer offer;

	byte_buf_init(&text, OFFER_LEN_MAX);
	byte_buf_printf(&text, "ssh-forward-agent-offer 1\n");
	for (int i = 0; i <= OFFER_IDS_MAX; i++)
		byte_buf_printf(&text, "id i%d keys ok\n", i);
	byte_buf_printf(&text, "end\n");
	ck_assert_int_eq(offer_parse(byte_buf_view(&text), &offer), -EMSGSIZE);
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(too_many_repositories_are_too_much)
{
	struct byte_buf text;
	struct offer offer;

	byte_buf_init(&text, OFFER_LEN_MAX);
	byte_buf_printf(&text, "ssh-forward-agent-offer 1\n");
	for (int i = 0; i <= OFFER_REPOS_MAX; i++)
		byte_buf_printf(&text, "repo a h/%d\n", i);
	byte_buf_printf(&text, "end\n");
	ck_assert_int_eq(offer_parse(byte_buf_view(&text), &offer), -EMSGSIZE);
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(too_many_secrets_are_too_much)
{
	struct byte_buf text;
	struct offer offer;

	byte_buf_init(&text, OFFER_LEN_MAX);
	byte_buf_printf(&text, "ssh-forward-agent-offer 1\n");
	for (int i = 0; i <= OFFER_SECRETS_MAX; i++)
		byte_buf_printf(&text, "secret s%d dir -\n", i);
	byte_buf_printf(&text, "end\n");
	ck_assert_int_eq(offer_parse(byte_buf_view(&text), &offer), -EMSGSIZE);
	byte_buf_deinit(&text);
}
END_TEST

START_TEST(too_many_known_hosts_are_too_much)
{
	static char line[1024];
	struct byte_buf text;
	struct offer offer;
	size_t count = OFFER_KNOWN_HOSTS_MAX / sizeof(line);

	memset(line, 'x', sizeof(line) - 1);
	for (size_t more = 0; more < 2; more++) {
		byte_buf_init(&text, OFFER_LEN_MAX);
		byte_buf_printf(&text, "ssh-forward-agent-offer 1\n");
		for (size_t i = 0; i < count + more; i++)
			byte_buf_printf(&text, "known-host %s\n", line);
		byte_buf_printf(&text, "end\n");
		ck_assert_int_eq(offer_parse(byte_buf_view(&text), &offer),
				 more == 0 ? 0 : -EMSGSIZE);
		if (more == 0)
			offer_deinit(&offer);
		byte_buf_deinit(&text);
	}
}
END_TEST

START_TEST(a_repository_pattern_holds_no_nul)
{
	static const char text[] = "ssh-forward-agent-offer 1\nrepo a h/a\0b\nend\n";
	struct byte_view copy = exact_copy(text, sizeof(text) - 1);
	struct offer offer;

	ck_assert_int_eq(offer_parse(copy, &offer), -EBADMSG);
	exact_free(copy);
}
END_TEST

START_TEST(control_bytes_do_not_get_through)
{
	struct offer offer;

	ck_assert_int_eq(parse("ssh-forward-agent-offer 1\nid a keys ok\n"
			       "key a SHA256:x ssh-rsa 1 \x1b[2Jme\x7f\nend\n",
			       &offer),
			 0);
	ck_assert_str_eq(offer.keys[0].comment, "?[2Jme?");
	offer_deinit(&offer);
}
END_TEST

static char error[512];

static const char *choose(const char *text, const char *wanted)
{
	static char name[OFFER_TEXT_SIZE];
	const struct offer_id *id;
	struct offer offer;

	ck_assert_int_eq(parse(text, &offer), 0);
	if (offer_choose(&offer, wanted, &id, error, sizeof(error)) == 0)
		snprintf(name, sizeof(name), "%s", id->name);
	else
		snprintf(name, sizeof(name), "none");
	offer_deinit(&offer);
	return name;
}

START_TEST(the_id_wanted_goes_before_the_default)
{
	ck_assert_str_eq(choose(good, NULL), "a");
	ck_assert_str_eq(choose(good, "b"), "b");
}
END_TEST

START_TEST(an_id_that_is_not_offered_lists_those_that_are)
{
	ck_assert_str_eq(choose(good, "c"), "none");
	ck_assert_str_eq(error, "id \"c\" is not offered here; offered: a, b");
}
END_TEST

START_TEST(several_ids_without_a_default_ask_for_a_choice)
{
	ck_assert_str_eq(
		choose("ssh-forward-agent-offer 1\nid a keys ok\nid b keys ok\nend\n", NULL),
		"none");
	ck_assert_ptr_nonnull(strstr(error, "--id"));
	ck_assert_ptr_nonnull(strstr(error, "a, b"));
}
END_TEST

START_TEST(the_only_id_needs_no_choice)
{
	ck_assert_str_eq(choose("ssh-forward-agent-offer 1\nid x keys ok\nend\n", NULL), "x");
	ck_assert_str_eq(choose("ssh-forward-agent-offer 1\nend\n", NULL), "none");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_offer");

	tcase_add_test(tests, all_that_is_offered_is_read);
	tcase_add_test(tests, every_prefix_is_badmsg);
	tcase_add_test(tests, malformed_lines_are_badmsg);
	tcase_add_test(tests, garbage_is_badmsg);
	tcase_add_test(tests, too_many_ids_are_too_much);
	tcase_add_test(tests, too_many_repositories_are_too_much);
	tcase_add_test(tests, too_many_secrets_are_too_much);
	tcase_add_test(tests, too_many_known_hosts_are_too_much);
	tcase_add_test(tests, a_repository_pattern_holds_no_nul);
	tcase_add_test(tests, control_bytes_do_not_get_through);
	tcase_add_test(tests, the_id_wanted_goes_before_the_default);
	tcase_add_test(tests, an_id_that_is_not_offered_lists_those_that_are);
	tcase_add_test(tests, several_ids_without_a_default_ask_for_a_choice);
	tcase_add_test(tests, the_only_id_needs_no_choice);
	return unit_main(tests, "shim_offer");
}
