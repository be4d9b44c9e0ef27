#include "shim/candidates.h"

#include <errno.h>

#include "shim/routes.h"
#include "tests/support/unit.h"

static const char v4_table[] =
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
	"eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
	"eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";

static const char v6_table[] =
	"fd000000000000000000000000000000 40 00000000000000000000000000000000 00 "
	"00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n"
	"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	"fd000000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
	"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	"fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth1\n"
	"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	"00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

static struct gateway gateways[4];

START_TEST(the_default_gateway_is_found)
{
	ck_assert_uint_eq(routes_parse_v4(v4_table, gateways, 4), 1);
	ck_assert_str_eq(gateways[0].text, "172.17.0.1");
}
END_TEST

START_TEST(v6_gateways_have_their_scope)
{
	ck_assert_uint_eq(routes_parse_v6(v6_table, gateways, 4), 2);
	ck_assert_str_eq(gateways[0].text, "fd00::1");
	ck_assert_str_eq(gateways[1].text, "fe80::1%eth1");
}
END_TEST

START_TEST(a_gateway_counts_once_and_no_more_than_fit)
{
	static const char table[] = "a\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
				    "b\t00000000\t010011AC\t0003\t0\t0\t9\t00000000\t0\t0\t0\n"
				    "c\t00000000\t020011AC\t0003\t0\t0\t9\t00000000\t0\t0\t0\n";

	ck_assert_uint_eq(routes_parse_v4(table, gateways, 4), 2);
	ck_assert_uint_eq(routes_parse_v4(table, gateways, 1), 1);
}
END_TEST

START_TEST(rejecting_and_unusable_routes_are_none)
{
	static const char *const lines[] = {
		"eth0\t00000000\t010011AC\t0203\t0\t0\t0\t00000000\t0\t0\t0\n", /* RTF_REJECT */
		"eth0\t00000000\t010011AC\t0002\t0\t0\t0\t00000000\t0\t0\t0\n", /* not up */
		"eth0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n", /* no gateway */
		"eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000080\t0\t0\t0\n", /* 0.0.0.0/1 */
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_uint_eq(routes_parse_v4(lines[i], gateways, 4), 0);
}
END_TEST

START_TEST(every_prefix_of_a_table_is_harmless)
{
	char *copy;

	for (size_t len = 0; len <= strlen(v4_table); len++) {
		copy = strndup(v4_table, len);
		ck_assert_uint_le(routes_parse_v4(copy, gateways, 4), 1);
		free(copy);
	}
	for (size_t len = 0; len <= strlen(v6_table); len++) {
		copy = strndup(v6_table, len);
		ck_assert_uint_le(routes_parse_v6(copy, gateways, 4), 2);
		free(copy);
	}
}
END_TEST

START_TEST(a_table_of_garbage_has_no_gateway)
{
	char garbage[512];
	uint32_t noise = 1;

	for (int turn = 0; turn < 200; turn++) {
		for (size_t i = 0; i < sizeof(garbage) - 1; i++) {
			noise = noise * 1664525 + 1013904223;
			garbage[i] = (char)(1 + (noise >> 16) % 255);
		}
		garbage[sizeof(garbage) - 1] = '\0';
		ck_assert_uint_eq(routes_parse_v4(garbage, gateways, 4), 0);
		ck_assert_uint_eq(routes_parse_v6(garbage, gateways, 4), 0);
	}
}
END_TEST

static struct candidate candidate;
static char error[256];

static const char *where_of(const char *spec)
{
	static char where[CANDIDATE_WHERE_SIZE];

	if (candidate_parse(spec, 2522, &candidate, error, sizeof(error)) != 0)
		return "invalid";
	candidate_where(&candidate, where);
	return where;
}

START_TEST(connect_takes_hosts_ports_and_sockets)
{
	ck_assert_str_eq(where_of("host"), "host:2522");
	ck_assert_str_eq(where_of("host:80"), "host:80");
	ck_assert_str_eq(where_of("172.17.0.1:65535"), "172.17.0.1:65535");
	ck_assert_str_eq(where_of("[fd00::1]:80"), "[fd00::1]:80");
	ck_assert_str_eq(where_of("[fd00::1]"), "[fd00::1]:2522");
	ck_assert_str_eq(where_of("fd00::1"), "[fd00::1]:2522");
	ck_assert_str_eq(where_of("unix:/run/x/agent.sock"), "unix:/run/x/agent.sock");
}
END_TEST

START_TEST(connect_refuses_what_it_cannot_mean)
{
	static const char *const specs[] = {
		"",	     ":80",	 "host:",      "host:0", "host:65536", "host:80x",
		"host: 80",  "[fd00::1", "[fd00::1]x", "[]:80",	 "unix:",      "unix:agent.sock",
		"/run/sock", "host:-1",
	};
	char *long_host = malloc(CANDIDATE_HOST_SIZE + 1);

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		error[0] = '\0';
		ck_assert_msg(strcmp(where_of(specs[i]), "invalid") == 0, "%s", specs[i]);
		ck_assert_str_ne(error, "");
	}
	memset(long_host, 'a', CANDIDATE_HOST_SIZE);
	long_host[CANDIDATE_HOST_SIZE] = '\0';
	ck_assert_str_eq(where_of(long_host), "invalid");
	free(long_host);
}
END_TEST

START_TEST(the_search_goes_from_near_to_far)
{
	static const char *const expected[] = {
		"unix:/run/ssh-forward-agentd/agent.sock",
		"host.docker.internal:4000",
		"host.containers.internal:4000",
		"172.17.0.1:4000",
		"[fd00::1]:4000",
		"[fe80::1%eth1]:4000",
	};
	struct candidate_list list;
	char where[CANDIDATE_WHERE_SIZE];

	candidates_search(4000, v4_table, v6_table, &list);
	ck_assert_uint_eq(list.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < list.count; i++) {
		candidate_where(&list.items[i], where);
		ck_assert_str_eq(where, expected[i]);
		ck_assert_ptr_nonnull(list.items[i].origin);
	}
}
END_TEST

START_TEST(loopback_comes_last_and_with_the_port_given)
{
	struct candidate_list list;
	const struct candidate *last;

	candidates_search(4000, "", "", &list);
	candidates_add_loopback(&list, 4000);
	last = &list.items[list.count - 1];
	ck_assert_int_eq(last->kind, CANDIDATE_TCP);
	ck_assert_str_eq(last->host, "127.0.0.1");
	ck_assert_uint_eq(last->port, 4000);
}
END_TEST

START_TEST(what_answers_a_broadcast_is_a_hint_and_listed_once)
{
	struct candidate_list list;
	struct candidate *hint;
	size_t count;

	candidates_search(2522, v4_table, "", &list);
	count = list.count;
	ck_assert_ptr_null(candidates_add_hint(&list, "172.17.0.1", 2522)); /* the gateway */
	ck_assert_uint_eq(list.count, count);
	hint = candidates_add_hint(&list, "172.17.0.1", 2523);
	ck_assert_ptr_eq(hint, &list.items[count]);
	ck_assert(hint->is_hint && hint->kind == CANDIDATE_TCP);
	ck_assert_str_eq(hint->host, "172.17.0.1");
	ck_assert_uint_eq(hint->port, 2523);
	ck_assert_ptr_null(candidates_add_hint(&list, "172.17.0.1", 2523));
	for (uint16_t port = 3000; list.count < CANDIDATES_MAX; port++)
		ck_assert_ptr_nonnull(candidates_add_hint(&list, "172.17.0.9", port));
	ck_assert_ptr_null(candidates_add_hint(&list, "172.17.0.9", 1));
	ck_assert_uint_eq(list.count, CANDIDATES_MAX);
	for (size_t i = 0; i < count; i++)
		ck_assert(!list.items[i].is_hint);
}
END_TEST

START_TEST(without_sockets_the_others_stay_in_their_order)
{
	struct candidate_list before;
	struct candidate_list list;

	candidates_search(2522, v4_table, v6_table, &before);
	ck_assert_int_eq(before.items[0].kind, CANDIDATE_UNIX);
	list = before;
	candidates_drop_sockets(&list);
	ck_assert_uint_eq(list.count, before.count - 1);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_str_eq(list.items[i].host, before.items[i + 1].host);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_candidates");

	tcase_add_test(tests, the_default_gateway_is_found);
	tcase_add_test(tests, loopback_comes_last_and_with_the_port_given);
	tcase_add_test(tests, v6_gateways_have_their_scope);
	tcase_add_test(tests, a_gateway_counts_once_and_no_more_than_fit);
	tcase_add_test(tests, rejecting_and_unusable_routes_are_none);
	tcase_add_test(tests, every_prefix_of_a_table_is_harmless);
	tcase_add_test(tests, a_table_of_garbage_has_no_gateway);
	tcase_add_test(tests, connect_takes_hosts_ports_and_sockets);
	tcase_add_test(tests, connect_refuses_what_it_cannot_mean);
	tcase_add_test(tests, the_search_goes_from_near_to_far);
	tcase_add_test(tests, what_answers_a_broadcast_is_a_hint_and_listed_once);
	tcase_add_test(tests, without_sockets_the_others_stay_in_their_order);
	return unit_main(tests, "shim_candidates");
}
