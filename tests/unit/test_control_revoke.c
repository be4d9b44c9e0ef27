/*
 * "revoke" on the control socket: whose links end, what lasts, and what is said of it.
 */
#include "agentd/control_revoke.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "agentd/link.h"
#include "tests/support/control_world.h"

/* As if a peer had logged in with a token of this name; NULL: it needs none. */
static struct link *add_link(const char *token_name)
{
	const struct sockaddr_in peer = {.sin_family = AF_INET};
	struct link *link;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
			 0);
	link_accept(&front, ends[0], (const struct sockaddr *)&peer, false);
	link = LIST_FIRST(&front.links);
	ck_assert(link->has_wire);
	link->is_logged_in = true;
	link->grant.has_token = token_name != NULL;
	if (token_name != NULL)
		snprintf(link->grant.token.name, sizeof(link->grant.token.name), "%s", token_name);
	close(ends[1]);
	return link;
}

static void expect(const char *words, const char *expected)
{
	ask(control_revoke, words);
	ck_assert_str_eq(answer, expected);
}

static bool is_revoked(const char *name)
{
	return revocations_have(&front.access.revoked, name);
}

START_TEST(links_of_the_name_end_and_others_go_on)
{
	struct link *stolen = add_link("stolen");
	struct link *other = add_link("other");
	struct link *again = add_link("stolen");
	struct link *trusted = add_link(NULL);
	struct link *stranger = add_link("stolen");

	stranger->is_logged_in = false;
	snprintf(trusted->grant.token.name, sizeof(trusted->grant.token.name), "stolen");
	expect("name=stolen", "ok revoked; links of \"stolen\" closed: 2");
	ck_assert(stolen->is_closing && again->is_closing);
	ck_assert(!other->is_closing && !trusted->is_closing && !stranger->is_closing);
	ck_assert(is_revoked("stolen") && !is_revoked("other"));
	said_expect("revoked token=stolen links=2");
}
END_TEST

START_TEST(a_name_that_no_link_has_is_revoked_all_the_same)
{
	expect("name=stolen", "ok revoked; no link used \"stolen\"");
	ck_assert(is_revoked("stolen"));
}
END_TEST

START_TEST(what_names_no_token_revokes_nothing)
{
	static const char *const words[] = {
		NULL,	 "",	      "name", "name=",	 "=a",	    "id=a",
		"nam=a", "name=../a", "a",    "names=a", "name=.a", "id=a name=a"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		expect(words[i], "error say which: name=NAME, the name of a token");
	ck_assert_uint_eq(front.access.revoked.names.count, 0);
	ck_assert_uint_eq(records_with("token-revoked"), 0);
}
END_TEST

START_TEST(it_lasts_where_there_is_a_file_of_it)
{
	expect("name=a", "ok revoked; no link used \"a\"");
	ck_assert_int_eq(revocations_load(&front.access.revoked, "secret"), 0);
	expect("name=b", "ok revoked; no link used \"b\"");
	workspace_run("rm secret.revoked && mkdir secret.revoked");
	expect("name=c", "error \"c\" is revoked until the daemon ends (0 links closed), but "
			 "secret.revoked cannot be written: Is a directory");
	ck_assert_uint_eq(records_with("\"token\":\"a\",\"links\":0,\"lasts\":false"), 1);
	ck_assert_uint_eq(records_with("\"token\":\"b\",\"links\":0,\"lasts\":true"), 1);
	ck_assert_uint_eq(records_with("\"token\":\"c\",\"links\":0,\"lasts\":false"), 1);
}
END_TEST

/* A list so long that a limit on the size of files hits nothing else that is written. */
static void load_long_list(void)
{
	struct rlimit limit;
	struct stat info;

	workspace_run("seq -f n%%060g 200 > secret.revoked");
	ck_assert_int_eq(revocations_load(&front.access.revoked, "secret"), 0);
	ck_assert_int_eq(stat("secret.revoked", &info), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = (rlim_t)info.st_size + 3;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What the daemon knows counts, and is on record, whether or not it can be written. */
START_TEST(a_full_disk_is_no_full_list)
{
	signal(SIGXFSZ, SIG_IGN);
	load_long_list();
	expect("name=stolen", "error \"stolen\" is revoked until the daemon ends (0 links closed), "
			      "but secret.revoked cannot be written: No space left on device");
	ck_assert(is_revoked("stolen"));
	ck_assert_uint_eq(records_with("\"token\":\"stolen\",\"links\":0,\"lasts\":false"), 1);
}
END_TEST

START_TEST(where_the_list_is_full_links_end_and_no_more_is_said)
{
	struct link *link = add_link("stolen");
	char name[16];

	for (unsigned i = 0; i < REVOCATIONS_MAX; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		if (revocations_add(&front.access.revoked, name) != 0)
			ck_abort_msg("%s is not taken", name);
	}
	expect("name=stolen", "error too many tokens are revoked: \"stolen\" is NOT revoked; its 1 "
			      "links are closed");
	ck_assert(link->is_closing);
	ck_assert(!is_revoked("stolen"));
	ck_assert_uint_eq(records_with("token-revoked"), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("control_revoke");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, links_of_the_name_end_and_others_go_on);
	tcase_add_test(tests, a_name_that_no_link_has_is_revoked_all_the_same);
	tcase_add_test(tests, what_names_no_token_revokes_nothing);
	tcase_add_test(tests, it_lasts_where_there_is_a_file_of_it);
	tcase_add_test(tests, a_full_disk_is_no_full_list);
	tcase_add_test(tests, where_the_list_is_full_links_end_and_no_more_is_said);
	return unit_main(tests, "control_revoke");
}
