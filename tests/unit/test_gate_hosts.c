#include <string.h>

#include "common/agent_msg.h"
#include "tests/support/gate_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

/* "good" is what the policy names; "evil" is another that known_hosts knows, too. */
static struct gate_world world;
static struct login_host good;
static struct login_host evil;

static void world_set_up(void)
{
	gate_world_init(&world);
	login_host_init_ed25519(&good);
	login_host_init_ed25519(&evil);
	gate_world_know("good.example.com", &good);
	gate_world_know("evil.example.com", &evil);
	gate_world_set(&world, "host", "good.example.com");
}

static void world_tear_down(void)
{
	gate_world_deinit(&world);
	login_host_deinit(&good);
	login_host_deinit(&evil);
}

static struct gate_decision bind(const struct login_host *host, const char *session_id,
				 bool is_forwarding)
{
	return gate_world_bind(&world, host, session_id, is_forwarding);
}

static struct gate_decision log_in(const char *session_id)
{
	struct login login = login_sample();

	login.session_id = view_of(session_id);
	return gate_world_login(&world, &login);
}

static void expect_refused(struct gate_decision decision, const char *reason, const char *detail)
{
	ck_assert(!decision.passes);
	ck_assert_str_eq(decision.reason, reason);
	ck_assert_msg(strstr(decision.detail, detail) != NULL, "\"%s\" is not in \"%s\"", detail,
		      decision.detail);
}

START_TEST(a_login_to_a_named_host_passes_and_shows_its_name)
{
	struct gate_decision decision;

	ck_assert(bind(&good, "session", false).passes);
	decision = log_in("session");
	ck_assert(decision.passes);
	ck_assert_str_eq(decision.login.host, "good.example.com");
	ck_assert(decision.login.has_host);
}
END_TEST

START_TEST(a_login_to_another_host_is_refused_and_told_which)
{
	uint8_t hash[FINGERPRINT_HASH_LEN];
	char fingerprint[FINGERPRINT_TEXT_MAX];
	struct gate_decision decision;

	ck_assert(bind(&evil, "session", false).passes); /* it is true, after all */
	decision = log_in("session");
	fingerprint_hash(byte_buf_view(&evil.blob), hash);
	fingerprint_text(hash, fingerprint);
	expect_refused(decision, "a login to a host that is none of the id's", fingerprint);
	expect_refused(decision, "a login to a host that is none of the id's",
		       "allowed: good.example.com");
	ck_assert_ptr_null(decision.login.host);
	ck_assert(decision.login.has_host);
	ck_assert_mem_eq(decision.login.host_fingerprint, hash, sizeof(hash));
}
END_TEST

START_TEST(a_login_on_a_connection_without_bindings_is_refused)
{
	expect_refused(log_in("session"),
		       "the client does not prove which host it logs in to, by a session binding",
		       "ssh is older than 8.9, or another program");
}
END_TEST

START_TEST(a_login_on_a_connection_bound_for_forwarding_only_is_refused)
{
	ck_assert(bind(&good, "hop", true).passes);
	expect_refused(log_in("session"),
		       "the client does not prove which host it logs in to, by a session binding",
		       "for forwarding only");
	ck_assert(!log_in("hop").passes);
}
END_TEST

/* The binding of a session with the named host is no help in a session with another. */
START_TEST(a_replayed_binding_lets_nothing_be_signed_elsewhere)
{
	ck_assert(bind(&good, "session of somebody else", false).passes);
	ck_assert(!log_in("session").passes);
	ck_assert(log_in("session of somebody else").passes);
}
END_TEST

START_TEST(a_second_binding_makes_the_first_one_void)
{
	ck_assert(bind(&good, "one", false).passes);
	ck_assert(!bind(&evil, "two", false).passes);
	ck_assert(!log_in("two").passes);
	ck_assert(!log_in("one").passes);
	gate_world_connect(&world);
	ck_assert(bind(&evil, "two", false).passes);
	ck_assert(!bind(&good, "one", false).passes);
	ck_assert(!log_in("two").passes);
	ck_assert(!log_in("one").passes);
}
END_TEST

START_TEST(one_session_bound_to_two_hosts_is_no_ones)
{
	ck_assert(bind(&good, "session", true).passes);
	ck_assert(!bind(&evil, "session", false).passes);
	ck_assert(!log_in("session").passes);
}
END_TEST

START_TEST(the_signature_of_another_host_is_no_binding)
{
	struct login_host liar = {.pkey = evil.pkey, .blob = good.blob};

	ck_assert(!bind(&liar, "session", false).passes);
	ck_assert(!log_in("session").passes);
}
END_TEST

START_TEST(a_host_bound_login_is_for_the_host_that_is_bound)
{
	struct login login = login_sample();

	ck_assert(bind(&good, "session", false).passes);
	login.method = "publickey-hostbound-v00@openssh.com";
	login.host_key_blob = byte_buf_view(&evil.blob);
	ck_assert(!gate_world_login(&world, &login).passes);
	login.host_key_blob = byte_buf_view(&good.blob);
	ck_assert(gate_world_login(&world, &login).passes);
}
END_TEST

/* As with ssh-add -h: no hop that is not named, wherever it stands. */
START_TEST(every_hop_of_a_forwarded_agent_is_a_host_of_the_id)
{
	ck_assert(bind(&good, "hop", true).passes);
	ck_assert(bind(&good, "session", false).passes);
	ck_assert(log_in("session").passes);

	gate_world_connect(&world);
	ck_assert(bind(&evil, "hop", true).passes);
	ck_assert(bind(&good, "session", false).passes);
	expect_refused(log_in("session"),
		       "a login through a forwarding host that is none of the id's",
		       "known_hosts has other keys of them");

	gate_world_connect(&world);
	ck_assert(bind(&good, "first", true).passes);
	ck_assert(bind(&evil, "second", true).passes);
	ck_assert(bind(&good, "session", false).passes);
	ck_assert(!log_in("session").passes);

	gate_world_connect(&world);
	ck_assert(bind(&good, "hop", true).passes);
	ck_assert(bind(&evil, "session", false).passes);
	ck_assert(!log_in("session").passes);

	gate_world_connect(&world);
	gate_world_set(&world, "host", "evil.example.com");
	ck_assert(bind(&evil, "hop", true).passes);
	ck_assert(bind(&good, "session", false).passes);
	ck_assert(log_in("session").passes);
}
END_TEST

START_TEST(a_binding_that_is_no_news_changes_nothing_when_there_is_room_for_no_more)
{
	char session[16];

	for (unsigned i = 0; i < BINDINGS_MAX; i++) {
		snprintf(session, sizeof(session), "session %u", i);
		ck_assert(bind(&good, session, i < BINDINGS_MAX - 1).passes);
	}
	ck_assert(log_in(session).passes);
	gate_world_connect(&world);
	for (unsigned i = 0; i < BINDINGS_MAX; i++) {
		snprintf(session, sizeof(session), "session %u", i);
		ck_assert(bind(&good, session, true).passes);
	}
	ck_assert(bind(&good, session, true).passes);
	ck_assert_uint_eq(world.gate.bindings.count, BINDINGS_MAX);
}
END_TEST

/* A kind of key that we do not verify is not false, but proves nothing. */
START_TEST(a_binding_that_cannot_be_verified_proves_no_host)
{
	struct byte_buf request;
	struct byte_buf blob;

	byte_buf_init(&blob, LOGIN_LEN_MAX);
	byte_buf_put_text(&blob, "sk-ssh-ed25519@openssh.com");
	byte_buf_init(&request, LOGIN_LEN_MAX);
	byte_buf_put_u8(&request, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(&request, AGENT_EXT_SESSION_BIND);
	byte_buf_put_string(&request, byte_buf_view(&blob));
	byte_buf_put_text(&request, "session");
	byte_buf_put_text(&request, "signature");
	byte_buf_put_u8(&request, 0);
	byte_buf_deinit(&blob);
	ck_assert(!gate_world_decide(&world, &request).passes);
	expect_refused(log_in("session"),
		       "the client does not prove which host it logs in to, by a session binding",
		       "of a kind that is not verified");
}
END_TEST

START_TEST(one_of_several_hosts_is_named_as_the_policy_names_it)
{
	gate_world_know("[git.example.com]:2222", &evil);
	gate_world_set(&world, "host", "unknown.example.com, Git.example.com:2222");
	ck_assert(bind(&evil, "session", false).passes);
	ck_assert_str_eq(log_in("session").login.host, "Git.example.com:2222");
	gate_world_connect(&world);
	ck_assert(bind(&good, "session", false).passes);
	ck_assert_str_eq(log_in("session").login.host, "good.example.com");
}
END_TEST

START_TEST(a_host_of_another_port_is_another_host)
{
	struct gate_decision decision;

	gate_world_deinit(&world);
	gate_world_init(&world);
	gate_world_know("[good.example.com]:2222", &good);
	gate_world_set(&world, "host", "good.example.com");
	ck_assert(bind(&good, "session", false).passes);
	decision = log_in("session");
	expect_refused(decision, "a login to a host that is none of the id's",
		       "known_hosts has no key of any of them");
}
END_TEST

/* Whoever accepts a key on the host need not tell the daemon, nor whoever revokes one. */
START_TEST(known_hosts_counts_as_it_is_when_a_session_is_bound)
{
	struct login_host later;

	login_host_init_ed25519(&later);
	ck_assert(bind(&later, "session", false).passes);
	ck_assert(!log_in("session").passes);
	gate_world_know("good.example.com", &later);
	gate_world_connect(&world);
	ck_assert(bind(&later, "session", false).passes);
	ck_assert(log_in("session").passes);
	gate_world_know("@revoked *", &later);
	gate_world_connect(&world);
	ck_assert(bind(&later, "session", false).passes);
	expect_refused(log_in("session"), "a login to a host that is none of the id's",
		       "known_hosts says that the key is revoked");
	login_host_deinit(&later);
}
END_TEST

START_TEST(hosts_that_no_file_has_a_key_of_are_told)
{
	said_begin();
	gate_world_set(&world, "host", "new.example.com:2222");
	gate_world_know("@revoked revoked.example.com", &evil);
	gate_world_set(&world, "host", "revoked.example.com");
	trusted_hosts_refresh(world.trusted);
	rules_warn_of_unknown_hosts(&world.rules, "projecta");
	said_expect("id=projecta host=new.example.com:2222: no known_hosts file has a key of it");
	said_expect("id=projecta host=revoked.example.com: no known_hosts file has a key of it");
	ck_assert(!said_has("good.example.com"));
}
END_TEST

START_TEST(a_policy_without_hosts_lets_logins_go_anywhere)
{
	gate_world_deinit(&world);
	gate_world_init(&world);
	ck_assert(log_in("session").passes);
	ck_assert(bind(&evil, "session", false).passes);
	ck_assert(log_in("session").passes);
	ck_assert_ptr_null(log_in("session").login.host);
}
END_TEST

/* A policy that was read again names other hosts: what was bound before does not count for them. */
START_TEST(bindings_do_not_outlast_the_hosts_of_the_policy)
{
	struct gate before;

	ck_assert(bind(&good, "session", false).passes);
	before = world.gate;
	policy_deinit(&world.policy);
	gate_world_set(&world, "host", "evil.example.com");
	world.gate = before;
	ck_assert(!log_in("session").passes);
}
END_TEST

START_TEST(nothing_passes_while_the_policy_is_not_ready)
{
	char reason[POLICY_REASON_MAX];
	struct byte_buf list;

	ck_assert(bind(&good, "session", false).passes);
	ck_assert(log_in("session").passes);
	ck_assert_int_eq(policy_set(&world.policy, "host", "two.example.com", reason), 0);
	ck_assert(!log_in("session").passes);
	byte_buf_init(&list, 1);
	byte_buf_put_u8(&list, 11);
	ck_assert(!gate_world_decide(&world, &list).passes);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("gate_hosts");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, world_set_up, world_tear_down);
	tcase_add_test(tests, a_login_to_a_named_host_passes_and_shows_its_name);
	tcase_add_test(tests, a_login_to_another_host_is_refused_and_told_which);
	tcase_add_test(tests, a_login_on_a_connection_without_bindings_is_refused);
	tcase_add_test(tests, a_login_on_a_connection_bound_for_forwarding_only_is_refused);
	tcase_add_test(tests, a_replayed_binding_lets_nothing_be_signed_elsewhere);
	tcase_add_test(tests, a_second_binding_makes_the_first_one_void);
	tcase_add_test(tests, one_session_bound_to_two_hosts_is_no_ones);
	tcase_add_test(tests, the_signature_of_another_host_is_no_binding);
	tcase_add_test(tests, a_host_bound_login_is_for_the_host_that_is_bound);
	tcase_add_test(tests, every_hop_of_a_forwarded_agent_is_a_host_of_the_id);
	tcase_add_test(tests,
		       a_binding_that_is_no_news_changes_nothing_when_there_is_room_for_no_more);
	tcase_add_test(tests, a_binding_that_cannot_be_verified_proves_no_host);
	tcase_add_test(tests, one_of_several_hosts_is_named_as_the_policy_names_it);
	tcase_add_test(tests, a_host_of_another_port_is_another_host);
	tcase_add_test(tests, known_hosts_counts_as_it_is_when_a_session_is_bound);
	tcase_add_test(tests, a_policy_without_hosts_lets_logins_go_anywhere);
	tcase_add_test(tests, bindings_do_not_outlast_the_hosts_of_the_policy);
	tcase_add_test(tests, nothing_passes_while_the_policy_is_not_ready);
	tcase_add_test(tests, hosts_that_no_file_has_a_key_of_are_told);
	return unit_main(tests, "gate_hosts");
}
