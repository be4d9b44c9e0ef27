#include "shim/client_args.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

enum { WORDS_MAX = 32 };

/* The words of a line, as argv; at the end "-" stands for nothing. */
struct line {
	char text[512];
	char *argv[WORDS_MAX];
};

static struct client_args parse(struct line *line, const char *text)
{
	struct client_args args;
	char *rest;
	size_t count = 0;

	snprintf(line->text, sizeof(line->text), "%s", text);
	for (char *word = strtok_r(line->text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		line->argv[count++] = word;
	line->argv[count] = NULL;
	client_args_parse(line->argv, &args);
	return args;
}

static void expect(const char *text, const char *host, uint16_t port, const char *command)
{
	struct line line;
	struct client_args args = parse(&line, text);

	if (host == NULL) {
		ck_assert_msg(args.host == NULL, "%s", text);
	} else {
		ck_assert_msg(args.host != NULL, "%s", text);
		ck_assert_msg(args.host_len == strlen(host) &&
				      memcmp(args.host, host, args.host_len) == 0,
			      "%s: %.*s", text, (int)args.host_len, args.host);
	}
	ck_assert_msg(args.port == port, "%s: %u", text, args.port);
	if (command == NULL)
		ck_assert_msg(args.command == NULL, "%s", text);
	else
		ck_assert_msg(args.command != NULL && strcmp(args.command[0], command) == 0, "%s",
			      text);
}

START_TEST(destinations_are_found)
{
	expect("ssh host", "host", 0, NULL);
	expect("ssh git@host cmd arg", "host", 0, "cmd");
	expect("ssh me@domain@host cmd", "host", 0, "cmd");
	expect("ssh -p 2222 git@host cmd", "host", 2222, "cmd");
	expect("ssh -p2222 git@host cmd", "host", 2222, "cmd");
	expect("ssh [::1] cmd", "::1", 0, "cmd");
	expect("ssh ssh://git@host cmd", "host", 0, "cmd");
	expect("ssh ssh://git@host:2222/ cmd", "host", 2222, "cmd");
	expect("ssh SSH://host:2222 cmd", "host", 2222, "cmd");
	expect("ssh ssh://me@[::1]:2222 cmd", "::1", 2222, "cmd");
	expect("ssh -p 1 ssh://host:2222 cmd", "host", 1, "cmd"); /* the first counts */
	expect("ssh -p 1 -p 2 host cmd", "host", 1, "cmd");
}
END_TEST

START_TEST(values_of_options_are_no_destination)
{
	static const char with_value[] = "BbcDEeFIiJLlmOopQRSWw";
	char text[64];

	for (const char *c = with_value; *c != '\0'; c++) {
		snprintf(text, sizeof(text), "ssh -%c %s host cmd", *c, *c == 'p' ? "1" : "value");
		expect(text, "host", *c == 'p' ? 1 : 0, "cmd");
		snprintf(text, sizeof(text), "ssh -q%c%s host cmd", *c, *c == 'p' ? "1" : "value");
		expect(text, "host", *c == 'p' ? 1 : 0, "cmd");
	}
	for (const char *c = "1246AaCfGgKkMNnqsTtVvXxYy"; *c != '\0'; c++) {
		snprintf(text, sizeof(text), "ssh -%c host cmd", *c);
		expect(text, "host", 0, "cmd");
	}
}
END_TEST

START_TEST(options_may_stand_behind_the_destination)
{
	expect("ssh host -p 22 cmd -p 1", "host", 22, "cmd");
	expect("ssh -4 host -6 -- cmd", "host", 0, "cmd");
	expect("ssh -4 host -v", "host", 0, NULL);
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	expect("ssh -- host -p 22", "host", 0, "-p");
	expect("ssh -p 1 -- host cmd", "host", 1, "cmd");
	expect("ssh host -- -x", "host", 0, "-x");
	expect("ssh -i -- host -p 22", "host", 0, "-p"); /* so it is in ssh.c */
	expect("ssh -i x host -p 22", "host", 22, NULL);
}
END_TEST

START_TEST(what_is_incomplete_has_no_destination)
{
	expect("ssh", NULL, 0, NULL);
	expect("ssh -v", NULL, 0, NULL);
	expect("ssh -p", NULL, 0, NULL);
	expect("ssh -o", NULL, 0, NULL);
	expect("ssh --", NULL, 0, NULL);
	expect("ssh ssh://[::1", NULL, 0, NULL);
	expect("ssh -p x host", "host", 0, NULL);
	expect("ssh -p 65536 host", "host", 0, NULL);
	expect("ssh ssh://host:123456789", "host", 0, NULL);
}
END_TEST

START_TEST(no_words_at_all_are_no_harm)
{
	char *argv[] = {NULL};
	struct client_args args;

	client_args_parse(argv, &args);
	ck_assert_ptr_null(args.host);
}
END_TEST

START_TEST(settings_of_the_command_line_are_seen)
{
	struct line line;

	ck_assert_uint_eq(parse(&line, "ssh -oGlobalKnownHostsFile=/x h").settings,
			  CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(parse(&line, "ssh -o globalknownhostsfile=/x h").settings,
			  CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(parse(&line, "ssh h -o HostName=x -oPort=1").settings, CLIENT_SETS_HOST);
	ck_assert_uint_eq(parse(&line, "ssh -qoIdentityAgent=none h").settings, CLIENT_SETS_AGENT);
	ck_assert_uint_eq(parse(&line, "ssh -o User=x -oStrictHostKeyChecking=no h").settings, 0);
	ck_assert_uint_eq(parse(&line, "ssh h cmd -oIdentityAgent=none").settings, 0);
	ck_assert_str_eq(parse(&line, "ssh -F file h").config_file, "file");
	ck_assert(parse(&line, "ssh -4v h").is_verbose);
	ck_assert(!parse(&line, "ssh -o LogLevel=v h").is_verbose);
}
END_TEST

START_TEST(questions_about_ssh_itself_are_told_apart)
{
	struct line line;

	ck_assert(parse(&line, "ssh -V").makes_no_login);
	ck_assert(parse(&line, "ssh -G h").makes_no_login);
	ck_assert(parse(&line, "ssh -Q key").makes_no_login);
	ck_assert(parse(&line, "ssh -O exit h").makes_no_login);
	ck_assert(!parse(&line, "ssh h -l G").makes_no_login);
	ck_assert(!parse(&line, "ssh h cmd -V").makes_no_login);
}
END_TEST

START_TEST(lines_of_configuration_are_read_as_ssh_does)
{
	static const struct {
		const char *line;
		unsigned settings;
	} cases[] = {
		{"GlobalKnownHostsFile /x", CLIENT_SETS_KNOWN_HOSTS},
		{"  \tGLOBALKNOWNHOSTSFILE=/x", CLIENT_SETS_KNOWN_HOSTS},
		{"\"GlobalKnownHostsFile\" /x", CLIENT_SETS_KNOWN_HOSTS},
		{"HostName = github.com", CLIENT_SETS_HOST},
		{"Port\t22", CLIENT_SETS_HOST},
		{"CanonicalizeHostname yes", CLIENT_SETS_HOST},
		{"#HostName x", 0},
		{"Host github.com", 0},
		{"HostNames x", 0},
		{"UserKnownHostsFile /x", 0},
		{"", 0},
		{"   ", 0},
		{"\"", 0},
		{"=", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(client_line_settings(view_of(cases[i].line)) == cases[i].settings,
			      "%s", cases[i].line);
}
END_TEST

START_TEST(the_value_of_a_line_is_what_follows)
{
	struct byte_view value;

	ck_assert(client_line_value(view_of(" Include  a b "), "include", &value));
	ck_assert(view_equals_text(value, "a b "));
	ck_assert(client_line_value(view_of("port = 22"), "port", &value));
	ck_assert(view_equals_text(value, "22"));
	ck_assert(!client_line_value(view_of("ports 22"), "port", &value));
	ck_assert(!client_line_value(view_of("por 22"), "port", &value));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_client_args");

	tcase_add_test(tests, destinations_are_found);
	tcase_add_test(tests, values_of_options_are_no_destination);
	tcase_add_test(tests, options_may_stand_behind_the_destination);
	tcase_add_test(tests, two_dashes_end_the_options);
	tcase_add_test(tests, what_is_incomplete_has_no_destination);
	tcase_add_test(tests, no_words_at_all_are_no_harm);
	tcase_add_test(tests, settings_of_the_command_line_are_seen);
	tcase_add_test(tests, questions_about_ssh_itself_are_told_apart);
	tcase_add_test(tests, lines_of_configuration_are_read_as_ssh_does);
	tcase_add_test(tests, the_value_of_a_line_is_what_follows);
	return unit_main(tests, "shim_client_args");
}
