#include "common/host_name.h"

#include <errno.h>
#include <string.h>

#include "tests/support/unit.h"

static void expect(const char *text, const char *host, unsigned port, const char *lookup)
{
	struct host_name name;

	ck_assert_msg(host_name_parse(text, &name) == 0, "%s", text);
	ck_assert_str_eq(name.host, host);
	ck_assert_uint_eq(name.port, port);
	ck_assert_str_eq(name.lookup, lookup);
}

START_TEST(a_host_without_a_port_is_looked_up_by_its_name)
{
	expect("github.com", "github.com", 22, "github.com");
	expect("192.0.2.1", "192.0.2.1", 22, "192.0.2.1");
	expect("2001:DB8::1", "2001:db8::1", 22, "2001:db8::1");
	expect("[2001:db8::1]", "2001:db8::1", 22, "2001:db8::1");
}
END_TEST

START_TEST(another_port_stands_in_the_name_and_22_does_not)
{
	expect("git.example.com:2222", "git.example.com", 2222, "[git.example.com]:2222");
	expect("[git.example.com]:2222", "git.example.com", 2222, "[git.example.com]:2222");
	expect("[2001:db8::1]:65535", "2001:db8::1", 65535, "[2001:db8::1]:65535");
	expect("git.example.com:22", "git.example.com", 22, "git.example.com");
	expect("[git.example.com]:22", "git.example.com", 22, "git.example.com");
}
END_TEST

START_TEST(names_are_looked_up_in_lower_case)
{
	expect("GitHub.COM:2222", "github.com", 2222, "[github.com]:2222");
}
END_TEST

START_TEST(the_longest_name_with_the_longest_port_fits)
{
	char text[HOST_NAME_LEN_MAX + sizeof(":65535")];
	struct host_name name;

	memset(text, 'a', sizeof(text));
	strcpy(text + HOST_NAME_LEN_MAX, ":65535");
	ck_assert_int_eq(host_name_parse(text, &name), 0);
	ck_assert_uint_eq(strlen(name.lookup), HOST_NAME_LEN_MAX + strlen("[]:65535"));
	text[HOST_NAME_LEN_MAX] = 'a';
	text[HOST_NAME_LEN_MAX + 1] = '\0';
	ck_assert_int_eq(host_name_parse(text, &name), -EINVAL);
}
END_TEST

START_TEST(what_no_host_is_called_is_refused)
{
	static const char *const wrong[] = {
		"",	   ":22",	  "host:",     "host:0",     "host:65536", "host:22x",
		"host:-1", "[host",	  "[host]x",   "[]:22",	     "*.host",	   "ho?st",
		"!host",   "a,b",	  "git@host",  "ho st",	     "ho\tst",	   "host|1",
		"#host",   "h\303\266st", "host/path", "ssh://host", "'host'",	   "\"host\"",
		"ho\\st",  "host\n",
	};
	struct host_name name = {.port = 7};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(host_name_parse(wrong[i], &name) == -EINVAL, "%s", wrong[i]);
	ck_assert_uint_eq(name.port, 7);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("host_name");

	tcase_add_test(tests, a_host_without_a_port_is_looked_up_by_its_name);
	tcase_add_test(tests, another_port_stands_in_the_name_and_22_does_not);
	tcase_add_test(tests, names_are_looked_up_in_lower_case);
	tcase_add_test(tests, the_longest_name_with_the_longest_port_fits);
	tcase_add_test(tests, what_no_host_is_called_is_refused);
	return unit_main(tests, "host_name");
}
