#include "shim/resolve.h"

#include <ares.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/address.h"
#include "tests/support/unit.h"

static uv_loop_t loop;
static struct resolve *resolve;
static int done_count;
static size_t found_count;
static char found[ADDRESS_TEXT_MAX];
static char said[128];

static void setup(void)
{
	uv_loop_init(&loop);
	ck_assert_int_eq(ares_library_init(ARES_LIB_INIT_ALL), ARES_SUCCESS);
	done_count = 0;
}

static void teardown(void)
{
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	ares_library_cleanup();
}

static void on_done(void *owner, const struct resolved *resolved, const char *reason)
{
	ck_assert_ptr_eq(owner, &loop);
	done_count++;
	found_count = resolved->count;
	if (found_count > 0)
		address_format((const struct sockaddr *)&resolved->addresses[0], found);
	snprintf(said, sizeof(said), "%s", reason != NULL ? reason : "");
	resolve_close(resolve);
}

static const char *literal(const char *host)
{
	static char text[ADDRESS_TEXT_MAX];
	struct resolved resolved;

	if (!resolve_literal(host, 80, &resolved))
		return "none";
	ck_assert_uint_eq(resolved.count, 1);
	return address_format((const struct sockaddr *)&resolved.addresses[0], text);
}

START_TEST(literals_need_no_resolver)
{
	struct resolved resolved;

	ck_assert_str_eq(literal("172.17.0.1"), "172.17.0.1:80");
	ck_assert_str_eq(literal("fd00::1"), "[fd00::1]:80");
	ck_assert(resolve_literal("fe80::1%lo", 80, &resolved));
	ck_assert_uint_eq(((struct sockaddr_in6 *)&resolved.addresses[0])->sin6_scope_id,
			  if_nametoindex("lo"));
}
END_TEST

START_TEST(names_are_no_literals)
{
	ck_assert_str_eq(literal("host"), "none");
	ck_assert_str_eq(literal("1.2.3"), "none");
	ck_assert_str_eq(literal("1.2.3.4%lo"), "none");
	ck_assert_str_eq(literal(""), "none");
	ck_assert_str_eq(literal("aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa"), "none");
}
END_TEST

START_TEST(a_name_of_etc_hosts_is_found)
{
	ck_assert_int_eq(resolve_start(&loop, "localhost", 80, true, on_done, &loop, &resolve), 0);
	ck_assert_int_eq(done_count, 0); /* never from inside resolve_start */
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(done_count, 1);
	ck_assert_uint_ge(found_count, 1);
	ck_assert(strcmp(found, "127.0.0.1:80") == 0 || strcmp(found, "[::1]:80") == 0);
}
END_TEST

START_TEST(what_no_resolver_can_know_has_a_reason)
{
	/* A label may have 63 bytes at most: refused without asking anybody. */
	ck_assert_int_eq(
		resolve_start(&loop,
			      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			      80, true, on_done, &loop, &resolve),
		0);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(done_count, 1);
	ck_assert_uint_eq(found_count, 0);
	ck_assert_str_ne(said, "");
}
END_TEST

START_TEST(closed_in_the_middle_it_says_nothing)
{
	ck_assert_int_eq(resolve_start(&loop, "name.invalid", 80, true, on_done, &loop, &resolve),
			 0);
	resolve_close(resolve);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(done_count, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_resolve");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 20);
	tcase_add_test(tests, literals_need_no_resolver);
	tcase_add_test(tests, names_are_no_literals);
	tcase_add_test(tests, a_name_of_etc_hosts_is_found);
	tcase_add_test(tests, what_no_resolver_can_know_has_a_reason);
	tcase_add_test(tests, closed_in_the_middle_it_says_nothing);
	return unit_main(tests, "shim_resolve");
}
