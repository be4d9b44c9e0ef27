#include "shim/client_settings.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static const char good[] = "user git\n"
			   "hostname github.com\n"
			   "port 443\n"
			   "globalknownhostsfile /etc/ssh/a /etc/ssh/b\n";

START_TEST(what_ssh_prints_is_read)
{
	struct client_settings settings;

	ck_assert_int_eq(client_settings_parse(view_of(good), &settings), 0);
	ck_assert_str_eq(settings.host, "github.com");
	ck_assert_uint_eq(settings.port, 443);
	ck_assert_str_eq(settings.known_hosts, "/etc/ssh/a /etc/ssh/b");
}
END_TEST

START_TEST(every_prefix_is_badmsg)
{
	struct client_settings settings;
	struct byte_view copy;

	for (size_t len = 0; len < strlen(good); len++) {
		copy = exact_copy(good, len);
		ck_assert_int_eq(client_settings_parse(copy, &settings), -EBADMSG);
		exact_free(copy);
	}
}
END_TEST

START_TEST(values_that_are_none_are_badmsg)
{
	static const char *const ports[] = {"0", "65536", "x", "", "123456789"};
	struct client_settings settings;
	char text[REPO_HOST_SIZE + 128];
	char host[REPO_HOST_SIZE + 1];

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		snprintf(text, sizeof(text), "hostname a\nglobalknownhostsfile x\nport %s\n",
			 ports[i]);
		ck_assert_int_eq(client_settings_parse(view_of(text), &settings), -EBADMSG);
	}
	memset(host, 'h', REPO_HOST_SIZE);
	host[REPO_HOST_SIZE] = '\0';
	snprintf(text, sizeof(text), "port 1\nglobalknownhostsfile x\nhostname %s\n", host);
	ck_assert_int_eq(client_settings_parse(view_of(text), &settings), -EBADMSG);
	snprintf(text, sizeof(text), "port 1\nglobalknownhostsfile x\nhostname %s\n", host + 1);
	ck_assert_int_eq(client_settings_parse(view_of(text), &settings), 0);
}
END_TEST

static int ask(const char *script, struct client_settings *out)
{
	static char words[][8] = {"ssh", "-p", "1", "host", "cmd"};
	char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};

	workspace_run("printf '#!/bin/sh\\n%%s\\n' '%s' >program; chmod 700 program", script);
	return client_settings_ask("./program", argv, &argv[3], out);
}

START_TEST(ssh_is_asked_with_what_came_before_the_command)
{
	struct client_settings settings;

	ck_assert_int_eq(ask("echo hostname \"$1$2$3$4$5\"; echo port $#; "
			     "echo globalknownhostsfile \"$(cat)x\"; echo complaint >&2",
			     &settings),
			 0);
	ck_assert_str_eq(settings.host, "-G-p1host");
	ck_assert_uint_eq(settings.port, 4);
	ck_assert_str_eq(settings.known_hosts, "x"); /* our standard input is not for it */
}
END_TEST

START_TEST(a_program_that_fails_says_nothing)
{
	struct client_settings settings;

	ck_assert_int_eq(
		ask("echo hostname a; echo port 1; echo globalknownhostsfile x; exit 1", &settings),
		-EBADMSG);
	ck_assert_int_eq(ask("kill -KILL $$", &settings), -EBADMSG);
	ck_assert_int_eq(ask("exit 0", &settings), -EBADMSG);
	ck_assert_int_eq(ask("while echo xxxxxxxxxxxxxxxxxxxxxxxx; do "
			     "[ $((i = i + 1)) -lt 5000 ] || exit 0; done",
			     &settings),
			 -EMSGSIZE);
}
END_TEST

START_TEST(openssh_prints_what_is_asked_for)
{
	static char words[][48] = {"ssh", "-F", "config", "alias"};
	char *argv[] = {words[0], words[1], words[2], words[3], NULL};
	struct client_settings settings;

	workspace_write("config", view_of("Host alias\n\tHostName github.com\n\tPort 443\n"
					  "\tGlobalKnownHostsFile /a /b\n"));
	ck_assert_int_eq(client_settings_ask("/usr/bin/ssh", argv, &argv[3], &settings), 0);
	ck_assert_str_eq(settings.host, "github.com");
	ck_assert_uint_eq(settings.port, 443);
	ck_assert_str_eq(settings.known_hosts, "/a /b");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_client_settings");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_test(tests, what_ssh_prints_is_read);
	tcase_add_test(tests, every_prefix_is_badmsg);
	tcase_add_test(tests, values_that_are_none_are_badmsg);
	tcase_add_test(tests, ssh_is_asked_with_what_came_before_the_command);
	tcase_add_test(tests, a_program_that_fails_says_nothing);
	tcase_add_test(tests, openssh_prints_what_is_asked_for);
	return unit_main(tests, "shim_client_settings");
}
