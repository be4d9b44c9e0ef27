#include "shim/client_config.h"

#include <strings.h>
#include <unistd.h>

#include "shim/client_settings.h"

#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static char config_path[128];

/* A configuration of these lines, for a destination; other files are there already. */
static struct client_config config_of(const char *lines, const char *host)
{
	struct client_config config = {.values.is_plain = true};

	workspace_write("config", view_of(lines));
	snprintf(config_path, sizeof(config_path), "%s/config", workspace_path);
	client_config_add_file(&config, config_path, workspace_path, workspace_path, view_of(host));
	return config;
}

static unsigned settings_of(const char *lines)
{
	return config_of(lines, "example.org").settings;
}

START_TEST(keywords_count_wherever_they_stand)
{
	ck_assert_uint_eq(settings_of(""), 0);
	ck_assert_uint_eq(settings_of("# GlobalKnownHostsFile /x\nHost *\n\tUser git\n"), 0);
	ck_assert_uint_eq(settings_of("Host a\n\tHostName b\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("Host a\nMatch all\nglobalknownhostsfile none"),
			  CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Port 1\r\nIdentityAgent none\r\n"),
			  CLIENT_SETS_HOST | CLIENT_SETS_AGENT);
}
END_TEST

START_TEST(included_files_count_too)
{
	workspace_write("one.conf", view_of("Port 2222\n"));
	workspace_write("two.conf", view_of("GlobalKnownHostsFile /x\n"));
	workspace_write("plain.conf", view_of("User git\n"));
	ck_assert_uint_eq(settings_of("Include one.conf\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("include  plain.conf\ttwo.conf\n"), CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include ~/one.conf\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("Include=t*.conf\n"), CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include *.conf\n"),
			  CLIENT_SETS_HOST | CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include plain.conf missing.conf /no/such/*\n"), 0);
}
END_TEST

START_TEST(what_cannot_be_followed_may_set_anything)
{
	ck_assert_uint_eq(settings_of("Include ~other/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include ${HOME}/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include %d/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include \"a b\"\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include config\n"), CLIENT_SETS_ANY); /* itself */
}
END_TEST

START_TEST(a_file_beyond_measure_may_set_anything)
{
	workspace_run("head -c 300000 /dev/zero | tr '\\0' '#' >big");
	ck_assert_uint_eq(settings_of("Include big\n"), CLIENT_SETS_ANY);
}
END_TEST

START_TEST(what_is_no_file_sets_nothing)
{
	struct client_config config;

	workspace_run("mkfifo fifo; mkdir -p directory");
	ck_assert_uint_eq(settings_of("Include fifo directory\n"), 0);
	workspace_run("rm config; mkdir config");
	client_config_read(config_path, NULL, view_of("a"), &config);
	workspace_run("rmdir config");
	ck_assert_uint_eq(config.settings, 0);
}
END_TEST

START_TEST(the_file_named_stands_for_all_others)
{
	struct client_config config;
	char path[128];

	client_config_read("none", workspace_path, view_of("a"), &config);
	ck_assert_uint_eq(config.settings, 0);
	workspace_run("mkdir -p .ssh; echo 'HostName x' >.ssh/config; echo 'User x' >other");
	client_config_read(NULL, workspace_path, view_of("a"), &config);
	ck_assert_uint_ne(config.settings & CLIENT_SETS_HOST, 0);
	ck_assert_str_eq(config.values.host, "x");
	snprintf(path, sizeof(path), "%s/other", workspace_path);
	client_config_read(path, workspace_path, view_of("a"), &config);
	ck_assert_uint_eq(config.settings, 0);
}
END_TEST

static void expect_as_ssh_has_it(const char *lines, char *host)
{
	char ssh[] = "ssh";
	char file_option[] = "-F";
	char *argv[] = {ssh, file_option, config_path, host, NULL};
	struct client_config config = config_of(lines, host);
	const struct client_values *values = &config.values;
	struct client_settings said;

	ck_assert_msg(values->is_plain, "not plain: %s", lines);
	ck_assert_msg(client_settings_ask("/usr/bin/ssh", argv, &argv[3], &said) == 0,
		      "ssh takes not: %s", lines);
	ck_assert_msg(strcasecmp(values->host[0] != '\0' ? values->host : host, said.host) == 0,
		      "%s: %s, to ssh %s, of: %s", host, values->host, said.host, lines);
	ck_assert_msg((values->port != 0 ? values->port : 22) == said.port,
		      "%s: %u, to ssh %u, of: %s", host, values->port, said.port, lines);
	ck_assert_msg(strcmp(values->known_hosts[0] != '\0'
				     ? values->known_hosts
				     : "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2",
			     said.known_hosts) == 0,
		      "%s: %s, to ssh %s, of: %s", host, values->known_hosts, said.known_hosts,
		      lines);
}

START_TEST(plain_lines_mean_what_they_mean_to_ssh)
{
	static const char *const configs[] = {
		"",
		"Host work\n\tHostName github.com\n",
		"HostName a.test\nHost work\nHostName b.test\nPort 2\n",
		"Host work\nHostName b.test\nPort 2\nHost *\nHostName c.test\nPort 3\n",
		"host = work\nhostname=b.test\nport =  2  \n",
		"Host w*k !work\nPort 2\nHost w??k\nPort 3\nHost *\nPort 4\n",
		"Host !work *\nPort 2\nHost * !Work\nHostName d.test\n",
		"Host Work\nPort 2\nHost hub work other\nPort 3\n",
		"Host hub\tWORK \r\n  Port 2\r\nHost *.example.org\r\nPort 3\r\n",
		"GlobalKnownHostsFile  /a\t/b \nHost work\nGlobalKnownHostsFile /c\n",
		"Host hub\nGlobalKnownHostsFile none\nHost *\nGlobalKnownHostsFile /a\n",
		"\"Host\" work\n\"Port\" 7\n# Port 8\nHost none\nPort 9\n",
		"Host work\nInclude inner.conf\nHost *\nPort 4\n",
		"Include inner.conf\nHost *\nPort 4\n",
		"Host hub\nInclude [ab].conf inner.conf\nPort 4\nHost *\nPort 5\n",
		"Host *\nInclude ~/b.conf ~/a.conf\n",
		"Include deep.conf\nHost work\nPort 6\n",
	};
	static char hosts[][32] = {"work", "Work", "hub", "x.example.org", "10.0.0.1"};

	if (access("/usr/bin/ssh", X_OK) != 0)
		return;
	workspace_write("inner.conf",
			view_of("HostName in.test\nHost hub\nPort 33\nHost *\nPort 34\n"));
	workspace_write("a.conf", view_of("Port 51\nHost nobody\n"));
	workspace_write("b.conf", view_of("HostName bee.test\nHost hub\nPort 52\n"));
	workspace_run("echo \"Host w*\" >deep.conf; echo \"Include $PWD/inner.conf\" >>deep.conf");
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		for (size_t k = 0; k < sizeof(hosts) / sizeof(hosts[0]); k++) {
			char lines[512];
			const char *at = configs[i];
			size_t len = 0;

			/* ssh looks for ~ and for relative names elsewhere than the tests do. */
			for (; *at != '\0'; at++) {
				bool is_name =
					strncmp(at, "~/", 2) == 0 || strncmp(at, "inner", 5) == 0 ||
					strncmp(at, "[ab]", 4) == 0 || strncmp(at, "deep", 4) == 0;

				at += is_name && *at == '~' ? 2 : 0;
				len += (size_t)snprintf(lines + len, sizeof(lines) - len, "%s%s%c",
							is_name ? workspace_path : "",
							is_name ? "/" : "", *at);
			}
			lines[len] = '\0';
			expect_as_ssh_has_it(lines, hosts[k]);
		}
	}
}
END_TEST

START_TEST(what_is_not_plain_is_left_to_ssh)
{
	static const char *const configs[] = {
		"Match all\n",
		"CanonicalizeHostname yes\n",
		"Host \"work\"\n",
		"HostName %h.test\n",
		"HostName a b\n",
		"HostName\n",
		"Port ssh\n",
		"Port 22 # not 23\n",
		"Port 0\n",
		"GlobalKnownHostsFile ~/x\n",
		"GlobalKnownHostsFile \"/a b\"\n",
		"GlobalKnownHostsFile ${HOME}/x\n",
		"Include ~other/x\n",
	};

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
		ck_assert_msg(!config_of(configs[i], "work").values.is_plain, "plain: %s",
			      configs[i]);
	/* But for a block of another host it makes no difference. */
	ck_assert(config_of("Host other\nHostName %h.test\n", "work").values.is_plain);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_client_config");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_test(tests, keywords_count_wherever_they_stand);
	tcase_add_test(tests, included_files_count_too);
	tcase_add_test(tests, what_cannot_be_followed_may_set_anything);
	tcase_add_test(tests, a_file_beyond_measure_may_set_anything);
	tcase_add_test(tests, what_is_no_file_sets_nothing);
	tcase_add_test(tests, the_file_named_stands_for_all_others);
	tcase_add_test(tests, plain_lines_mean_what_they_mean_to_ssh);
	tcase_add_test(tests, what_is_not_plain_is_left_to_ssh);
	return unit_main(tests, "shim_client_config");
}
