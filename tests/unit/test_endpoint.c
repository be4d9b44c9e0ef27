#include "agentd/endpoint.h"

#include <errno.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct endpoint_list endpoints;

static void setup(void)
{
	said_begin();
}

static void teardown(void)
{
	for (size_t i = 0; i < endpoints.count; i++) {
		if (endpoints.list[i].fd >= 0)
			close(endpoints.list[i].fd);
	}
	endpoint_list_deinit(&endpoints);
}

static const char *text_of(size_t number)
{
	static char text[ADDRESS_TEXT_MAX];

	ck_assert_uint_lt(number, endpoints.count);
	return address_format((struct sockaddr *)&endpoints.list[number].address, text);
}

static uint16_t port_of(size_t number)
{
	ck_assert_uint_lt(number, endpoints.count);
	return address_port((struct sockaddr *)&endpoints.list[number].address);
}

static const struct sockaddr *peer_of(const char *text)
{
	static struct sockaddr_storage peer;

	ck_assert_int_eq(address_parse(text, 40000, &peer), 0);
	return (struct sockaddr *)&peer;
}

START_TEST(an_address_is_an_endpoint)
{
	ck_assert_int_eq(endpoint_add(&endpoints, "127.0.0.1", false), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "[::1]:80", false), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "0.0.0.0:0", false), 0);
	ck_assert_str_eq(text_of(0), "127.0.0.1:2522");
	ck_assert_str_eq(text_of(1), "[::1]:80");
	ck_assert_str_eq(text_of(2), "0.0.0.0:0");
	for (size_t i = 0; i < endpoints.count; i++) {
		ck_assert_str_eq(endpoints.list[i].interface, "");
		ck_assert(!endpoints.list[i].is_trusted);
		ck_assert(!endpoints.list[i].may_move);
		ck_assert_int_eq(endpoints.list[i].fd, -1);
	}
}
END_TEST

START_TEST(an_interface_is_its_addresses)
{
	ck_assert_int_eq(endpoint_add(&endpoints, "lo:4711", false), 0);
	ck_assert_uint_ge(endpoints.count, 1);
	ck_assert_str_eq(text_of(0), "127.0.0.1:4711");
	ck_assert_str_eq(endpoints.list[0].interface, "lo");
	ck_assert_uint_eq(endpoints.list[0].subnet.bits, 8);
	ck_assert(!endpoints.list[0].is_trusted);
	ck_assert_int_eq(endpoint_add(&endpoints, "lo", false), 0);
	ck_assert_uint_eq(port_of(endpoints.count - 1), 2522);
}
END_TEST

START_TEST(what_is_neither_is_reported)
{
	static const char *const specs[] = {
		"",
		"nosuchif0",
		"lo:",
		"lo:x",
		"lo:65536",
		"lo:1:2",
		":2522",
		"lo:123456789",
		"a-name-far-too-long-for-an-interface",
		"127.0.0.1:x",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		said_forget();
		ck_assert_msg(endpoint_add(&endpoints, specs[i], false) == -EINVAL, "%s", specs[i]);
		said_expect("--listen");
	}
	ck_assert_uint_eq(endpoints.count, 0);
}
END_TEST

START_TEST(only_a_named_interface_is_trusted)
{
	static const char *const specs[] = {
		"auto", "0.0.0.0", "[::]", "127.0.0.1", "172.17.0.1:2522", "::1",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		said_forget();
		ck_assert_msg(endpoint_add(&endpoints, specs[i], true) == -EINVAL, "%s", specs[i]);
		said_expect("--trust-network");
	}
	ck_assert_uint_eq(endpoints.count, 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "lo", true), 0);
	ck_assert(endpoints.list[0].is_trusted);
}
END_TEST

START_TEST(trust_is_for_the_subnet_and_not_for_the_host_itself)
{
	/* Of a network for examples (RFC 5737): the test's host has none of its addresses. */
	struct endpoint trusted = {.is_trusted = true};
	struct endpoint plain;

	ck_assert_int_eq(ip_prefix_parse("198.51.100.1/24", &trusted.subnet), 0);
	ck_assert_int_eq(address_parse("198.51.100.1", 2522, &trusted.address), 0);
	plain = trusted;
	plain.is_trusted = false;
	ck_assert(endpoint_trusts(&trusted, peer_of("198.51.100.2")));
	ck_assert(endpoint_trusts(&trusted, peer_of("198.51.100.254")));
	ck_assert(endpoint_trusts(&trusted, peer_of("::ffff:198.51.100.2")));
	ck_assert(!endpoint_trusts(&trusted, peer_of("198.51.100.1")));
	ck_assert(!endpoint_trusts(&trusted, peer_of("::ffff:198.51.100.1")));
	ck_assert(!endpoint_trusts(&trusted, peer_of("198.51.101.2")));
	ck_assert(!endpoint_trusts(&trusted, peer_of("fd00::2")));
	ck_assert_int_eq(ip_prefix_parse("127.0.0.1/8", &trusted.subnet), 0);
	ck_assert(!endpoint_trusts(&trusted, peer_of("127.0.0.2")));
	ck_assert(!endpoint_trusts(&plain, peer_of("198.51.100.2")));
}
END_TEST

START_TEST(port_zero_is_any_free_one)
{
	ck_assert_int_eq(endpoint_add(&endpoints, "127.0.0.1:0", false), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "127.0.0.1:0", false), 0);
	ck_assert_int_eq(endpoint_bind_all(&endpoints), 0);
	ck_assert_uint_ne(port_of(0), 0);
	ck_assert_uint_ne(port_of(0), port_of(1));
}
END_TEST

START_TEST(a_port_that_is_taken_is_reported)
{
	struct endpoint_list second = {0};
	char spec[32];

	ck_assert_int_eq(endpoint_add(&endpoints, "127.0.0.1:0", false), 0);
	ck_assert_int_eq(endpoint_bind_all(&endpoints), 0);
	snprintf(spec, sizeof(spec), "127.0.0.1:%u", port_of(0));
	ck_assert_int_eq(endpoint_add(&second, spec, false), 0);
	ck_assert_int_eq(endpoint_bind_all(&second), -EADDRINUSE);
	said_expect("is taken");
	said_expect(spec);
	ck_assert_int_eq(second.list[0].fd, -1);
	endpoint_list_deinit(&second);
}
END_TEST

START_TEST(an_address_that_this_host_has_not_is_listened_on_for_when_it_has)
{
	ck_assert_int_eq(endpoint_add(&endpoints, "192.0.2.1:0", false), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "[2001:db8::1]:0", false), 0);
	ck_assert_int_eq(endpoint_bind_all(&endpoints), 0);
	said_expect("192.0.2.1:0: this host has no such address now");
	said_expect("[2001:db8::1]:0: this host has no such address now");
	ck_assert_int_ne(port_of(0), 0);
	ck_assert_int_ne(port_of(1), 0);
}
END_TEST

/* Two addresses that may move, and the usual port of the second taken by somebody. */
START_TEST(endpoints_that_may_move_move_together)
{
	struct endpoint_list taken = {0};

	ck_assert_int_eq(endpoint_add(&taken, "127.9.9.2:2522", false), 0);
	ck_assert_int_eq(endpoint_bind_all(&taken), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "127.9.9.1", false), 0);
	ck_assert_int_eq(endpoint_add(&endpoints, "127.9.9.2", false), 0);
	endpoints.list[0].may_move = true;
	endpoints.list[1].may_move = true;
	ck_assert_int_eq(endpoint_bind_all(&endpoints), 0);
	ck_assert_uint_ne(port_of(0), 2522);
	ck_assert_uint_eq(port_of(0), port_of(1));
	said_expect("taking another");
	close(taken.list[0].fd);
	endpoint_list_deinit(&taken);
}
END_TEST

START_TEST(auto_finds_somewhere_to_listen)
{
	ck_assert_int_eq(endpoint_add(&endpoints, "auto", false), 0);
	ck_assert_uint_ge(endpoints.count, 1);
	for (size_t i = 0; i < endpoints.count; i++) {
		ck_assert(endpoints.list[i].may_move);
		ck_assert(!endpoints.list[i].is_trusted);
		ck_assert(!address_is_wildcard((struct sockaddr *)&endpoints.list[i].address));
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("endpoint");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_address_is_an_endpoint);
	tcase_add_test(tests, an_interface_is_its_addresses);
	tcase_add_test(tests, what_is_neither_is_reported);
	tcase_add_test(tests, only_a_named_interface_is_trusted);
	tcase_add_test(tests, trust_is_for_the_subnet_and_not_for_the_host_itself);
	tcase_add_test(tests, port_zero_is_any_free_one);
	tcase_add_test(tests, a_port_that_is_taken_is_reported);
	tcase_add_test(tests, an_address_that_this_host_has_not_is_listened_on_for_when_it_has);
	tcase_add_test(tests, endpoints_that_may_move_move_together);
	tcase_add_test(tests, auto_finds_somewhere_to_listen);
	return unit_main(tests, "endpoint");
}
