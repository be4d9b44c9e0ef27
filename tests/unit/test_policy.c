#include "agentd/policy.h"

#include <errno.h>

#include "tests/support/unit.h"

static struct policy policy;
static char reason[POLICY_REASON_MAX];

static void policy_set_up(void)
{
	policy = (struct policy){0};
	reason[0] = '\0';
}

static void policy_tear_down(void)
{
	policy_deinit(&policy);
}

static int set(const char *name, const char *value)
{
	return policy_set(&policy, name, value, reason);
}

START_TEST(words_are_separated_by_commas_and_add_up)
{
	ck_assert_int_eq(set("host", "github.com ,git.example.com:2222"), 0);
	ck_assert_int_eq(set("host", " third "), 0);
	ck_assert_uint_eq(policy.hosts.count, 3);
	ck_assert_str_eq(policy.hosts.list[0], "github.com");
	ck_assert_str_eq(policy.hosts.list[1], "git.example.com:2222");
	ck_assert_str_eq(policy.hosts.list[2], "third");
}
END_TEST

START_TEST(an_empty_word_is_told)
{
	static const char *const values[] = {"", " ", "a,", ",a", "a,,b", "a, ,b"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		reason[0] = '\0';
		ck_assert_int_eq(set("user", values[i]), -EINVAL);
		ck_assert_str_ne(reason, "");
	}
}
END_TEST

START_TEST(each_key_has_its_place)
{
	ck_assert_int_eq(set("user", "git"), 0);
	ck_assert_int_eq(set("only-keys", "SHA256:abc"), 0);
	ck_assert_int_eq(set("allow-sshsig", "git"), 0);
	ck_assert_int_eq(set("repo", "github.com/org/a"), 0);
	ck_assert_int_eq(set("confirm", "yes"), 0);
	ck_assert_int_eq(set("max-signatures", "50"), 0);
	ck_assert_int_eq(set("lifetime", "8h"), 0);
	ck_assert_str_eq(policy.users.list[0], "git");
	ck_assert_str_eq(policy.only_keys.list[0], "SHA256:abc");
	ck_assert_str_eq(policy.sshsig_namespaces.list[0], "git");
	ck_assert_str_eq(policy.repos.list[0], "github.com/org/a");
	ck_assert(policy.confirms);
	ck_assert_uint_eq(policy.max_signatures, 50);
	ck_assert_uint_eq(policy.lifetime_s, 8 * 3600);
}
END_TEST

START_TEST(what_makes_no_sense_is_told)
{
	ck_assert_int_eq(set("confirm", "maybe"), -EINVAL);
	ck_assert_str_eq(reason, "say yes or no");
	ck_assert_int_eq(set("max-signatures", "0"), -EINVAL);
	ck_assert_int_eq(set("max-signatures", "4294967296"), -EINVAL);
	ck_assert_int_eq(set("lifetime", "8 hours"), -EINVAL);
	ck_assert_int_eq(set("repo", "github.com/org, :22/org"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, "\":22/org\" is no repository"));
	ck_assert_int_eq(set("colour", "red"), -ENOENT);
}
END_TEST

/* In a configuration, lists go on over several lines. */
START_TEST(names_of_lists_are_told_from_others)
{
	static const char *const lists[] = {"host", "user", "only-keys", "allow-sshsig", "repo"};
	static const char *const others[] = {"confirm", "max-signatures", "lifetime", "colour", ""};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		ck_assert_msg(policy_name_is_list(lists[i]), "%s", lists[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!policy_name_is_list(others[i]), "%s", others[i]);
}
END_TEST

START_TEST(a_flag_is_taken_back_by_no)
{
	ck_assert_int_eq(set("confirm", "yes"), 0);
	ck_assert_int_eq(set("confirm", "no"), 0);
	ck_assert(!policy.confirms);
}
END_TEST

START_TEST(every_name_listed_is_known)
{
	size_t count = 0;

	for (const char *name; (name = policy_name(count)) != NULL; count++)
		ck_assert_int_ne(set(name, ""), -ENOENT);
	ck_assert_uint_gt(count, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("policy");

	tcase_add_checked_fixture(tcase, policy_set_up, policy_tear_down);
	tcase_add_test(tcase, words_are_separated_by_commas_and_add_up);
	tcase_add_test(tcase, an_empty_word_is_told);
	tcase_add_test(tcase, each_key_has_its_place);
	tcase_add_test(tcase, what_makes_no_sense_is_told);
	tcase_add_test(tcase, names_of_lists_are_told_from_others);
	tcase_add_test(tcase, a_flag_is_taken_back_by_no);
	tcase_add_test(tcase, every_name_listed_is_known);
	return unit_main(tcase, "policy");
}
