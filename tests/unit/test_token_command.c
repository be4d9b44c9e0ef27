/*
 * ssh-forward-agentd token: what the options say is in the token of a file, or in what the daemon is asked.
 */
#include "agentd/token_command.h"

#include <getopt.h>
#include <libssh/libssh.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "agentd/endpoint.h"
#include "agentd/host_key.h"
#include "agentd/revocations.h"
#include "agentd/seal.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { ARGUMENTS_MAX = 2 * 2 * TOKEN_IDS_MAX + 2, OUT_LEN_MAX = 64 * 1024 };

static char out[OUT_LEN_MAX]; /* what the last command printed */
static struct secret secret;  /* of the file "secret" */
static uint8_t host_key_hash[FINGERPRINT_HASH_LEN];
static pid_t daemon_pid;

static void setup(void)
{
	ssh_key key;

	said_begin();
	workspace_run("rm -rf secret* ssh-forward-agentd asked");
	setenv("XDG_RUNTIME_DIR", workspace_path, 1);
	ck_assert_int_eq(secret_load("secret", &secret), 0);
	ck_assert_int_eq(host_key_make(&secret, &key, host_key_hash), 0);
	ssh_key_free(key);
	daemon_pid = 0;
}

static void teardown(void)
{
	if (daemon_pid > 0)
		ck_assert_int_eq(waitpid(daemon_pid, NULL, 0), daemon_pid);
}

/* Its status; what it prints goes to out. arguments: behind the command's own name, with a NULL at the end. */
static int run_list(const char *const *arguments)
{
	int stdout_before = dup(STDOUT_FILENO);
	static char command[] = "token";
	char *copies[ARGUMENTS_MAX + 2] = {command};
	int fd = open("out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int count = 0;
	int status;
	ssize_t len;

	ck_assert(stdout_before >= 0 && fd >= 0);
	for (; arguments[count] != NULL; count++)
		copies[count + 1] = strdup(arguments[count]);
	fflush(stdout);
	ck_assert_int_ge(dup2(fd, STDOUT_FILENO), 0);
	optind = 0; /* from the beginning, to GNU's getopt */
	status = token_command_run(count + 1, copies);
	fflush(stdout);
	ck_assert_int_ge(dup2(stdout_before, STDOUT_FILENO), 0);
	close(stdout_before);
	len = pread(fd, out, sizeof(out) - 1, 0);
	ck_assert_int_ge(len, 0);
	out[len] = '\0';
	close(fd);
	for (int i = 1; i <= count; i++)
		free(copies[i]);
	return status;
}

/* With the words of a line. */
static int run(const char *line)
{
	char copy[512];
	const char *arguments[ARGUMENTS_MAX + 1] = {NULL};
	char *words = copy;

	snprintf(copy, sizeof(copy), "%s", line);
	for (int i = 0; words != NULL && i < ARGUMENTS_MAX; i++)
		arguments[i] = strsep(&words, " ");
	return run_list(arguments);
}

static void expect_refusal(int status, const char *line, const char *reason)
{
	said_forget();
	ck_assert_int_eq(run(line), status);
	ck_assert_str_eq(out, "");
	said_expect(reason);
}

/* The token that was printed, and nothing else was. */
static struct token printed(void)
{
	struct token token;
	size_t len = strlen(out);

	ck_assert_uint_gt(len, 0);
	ck_assert_ptr_eq(strchr(out, '\n'), out + len - 1);
	ck_assert_int_eq(token_parse(view_of(out), &token), 0);
	ck_assert(seal_is_good(&token, &secret));
	ck_assert_mem_eq(token.fingerprint, host_key_hash, sizeof(token.fingerprint));
	return token;
}

START_TEST(a_token_of_a_file_has_what_is_said)
{
	uint64_t now_s = (uint64_t)time(NULL);
	struct token token;

	ck_assert_int_eq(run("--token-file secret --id one --id two --secret npmrc --expires 15m "
			     "--max-signatures 50 --name nightly --port 4711"),
			 0);
	token = printed();
	ck_assert_uint_eq(token.port, 4711);
	ck_assert_uint_eq(token.id_count, 2);
	ck_assert_str_eq(token.ids[0], "one");
	ck_assert_str_eq(token.ids[1], "two");
	ck_assert_uint_eq(token.secret_count, 1);
	ck_assert_str_eq(token.secrets[0], "npmrc");
	ck_assert_uint_ge(token.expiry_s, now_s + 15 * 60);
	ck_assert_uint_le(token.expiry_s, (uint64_t)time(NULL) + 15 * 60);
	ck_assert_uint_eq(token.max_signatures, 50);
	ck_assert_str_eq(token.name, "nightly");
}
END_TEST

START_TEST(a_token_of_a_file_is_the_lasting_one_where_nothing_is_said)
{
	struct token token;

	ck_assert_int_eq(run("--token-file secret"), 0);
	token = printed();
	ck_assert_uint_eq(token.port, ENDPOINT_DEFAULT_PORT);
	ck_assert_uint_eq(token.id_count + token.secret_count, 0);
	ck_assert_str_eq(token.name, "lasting");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_not_made)
{
	expect_refusal(1, "--token-file none", "--token-file none: there is no such file");
	ck_assert_int_ne(access("none", F_OK), 0);
}
END_TEST

START_TEST(a_file_that_others_read_makes_no_token)
{
	ck_assert_int_eq(chmod("secret", 0644), 0);
	expect_refusal(1, "--token-file secret", "can be read by others");
}
END_TEST

START_TEST(a_file_makes_no_token_of_a_name_that_was_revoked)
{
	workspace_write("secret.revoked", view_of("stolen\n"));
	expect_refusal(1, "--token-file secret --name stolen",
		       "token: tokens of the name \"stolen\" were revoked");
	ck_assert_int_eq(run("--token-file secret --name other"), 0);
	ck_assert_str_eq(printed().name, "other");
}
END_TEST

START_TEST(where_nobody_knows_what_was_revoked_no_token_is_made)
{
	workspace_write("secret.revoked", view_of("no name\n"));
	expect_refusal(1, "--token-file secret", "does not hold names of tokens");
}
END_TEST

/* The option and a name of the greatest length, as often as a token takes it. */
static void add_names(const char **arguments, const char *option, char names[][ID_NAME_MAX + 1])
{
	for (int i = 0; i < TOKEN_IDS_MAX; i++) {
		snprintf(names[i], ID_NAME_MAX + 1, "%0*d", ID_NAME_MAX, i);
		arguments[2 * i] = option;
		arguments[2 * i + 1] = names[i];
	}
}

START_TEST(more_than_a_token_holds_is_told)
{
	static char names[TOKEN_IDS_MAX][ID_NAME_MAX + 1];
	const char *of_daemon[ARGUMENTS_MAX + 1] = {NULL};
	const char *of_file[ARGUMENTS_MAX + 1] = {"--token-file", "secret"};

	add_names(of_daemon, "--id", names);
	add_names(of_daemon + 2 * TOKEN_IDS_MAX, "--secret", names);
	ck_assert_int_eq(run_list(of_daemon), 1);
	ck_assert_str_eq(out, "");
	said_expect("token: that is more than one token can hold");
	add_names(of_file + 2, "--id", names);
	add_names(of_file + 2 + 2 * TOKEN_IDS_MAX, "--secret", names);
	ck_assert_int_eq(run_list(of_file), 1);
	ck_assert_str_eq(out, "");
	said_expect("the token could not be made; does it name too much?");
}
END_TEST

START_TEST(words_that_are_wrong_are_told_whoever_makes_the_token)
{
	static const char *const words[][2] = {
		{"--id a/b", "token: \"a/b\" is not an id"},
		{"--secret .x", "token: \".x\" is not the name of a secret"},
		{"--name a/b", "token: a token's name is up to"},
		{"--expires soon", "token: an expiry is a number with s, m, h or d behind it"},
		{"--max-signatures 0", "token: the number of signatures is 1 or more"},
		{"--port 0", "token: a port is a number from 1 to 65535"},
		{"--port 65536", "token: a port is a number from 1 to 65535"},
		{"--ids a", "token: see ssh-forward-agentd token --help"},
		{"a", "token: what is \"a\" here? see ssh-forward-agentd token --help"},
		{"--name a a", "token: what is \"a\" here?"},
	};
	char line[128];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		expect_refusal(2, words[i][0], words[i][1]);
		snprintf(line, sizeof(line), "--token-file secret %s", words[i][0]);
		expect_refusal(2, line, words[i][1]);
	}
	ck_assert_int_eq(run("--token-file secret --port 65535"), 0);
	ck_assert_uint_eq(printed().port, 65535);
}
END_TEST

START_TEST(help_is_printed_and_nothing_is_made)
{
	ck_assert_int_eq(run("--help"), 0);
	ck_assert_ptr_eq(strstr(out, "Usage: ssh-forward-agentd token"), out);
	ck_assert_ptr_null(strstr(out, "sfa1_"));
	ck_assert_int_eq(run("--token-file secret --help"), 0);
	ck_assert_ptr_null(strstr(out, "sfa1_"));
}
END_TEST

/* One that keeps what it is asked in the file "asked", and gives this answer. */
static void daemon_start(const char *answer)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	workspace_run("mkdir -m 700 ssh-forward-agentd");
	strcpy(address.sun_path, "ssh-forward-agentd/control.sock");
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		FILE *stream = fdopen(accept(listener, NULL, NULL), "r+");
		FILE *asked = fopen("asked", "w");
		char line[4096];

		if (stream == NULL || asked == NULL || fgets(line, sizeof(line), stream) == NULL)
			_exit(1);
		fputs(line, asked);
		fclose(asked);
		fputs(answer, stream);
		fclose(stream);
		_exit(0);
	}
	close(listener);
}

static void expect_asked(const char *line)
{
	struct byte_buf asked;

	byte_buf_init(&asked, OUT_LEN_MAX);
	workspace_read("asked", &asked);
	byte_buf_put_u8(&asked, '\0');
	ck_assert_str_eq((const char *)asked.data, line);
	byte_buf_deinit(&asked);
}

START_TEST(the_daemon_is_asked_for_what_is_said)
{
	daemon_start("ok sfa1_made-by-the-daemon\n");
	ck_assert_int_eq(run("--id one --id two --secret npmrc --expires 15m --max-signatures 50 "
			     "--name nightly"),
			 0);
	ck_assert_str_eq(out, "sfa1_made-by-the-daemon\n");
	expect_asked("token id=one id=two secret=npmrc expires=15m max-signatures=50 "
		     "name=nightly\n");
}
END_TEST

START_TEST(what_the_daemon_refuses_is_told)
{
	daemon_start("error id \"one\" is not offered by this daemon\n");
	expect_refusal(1, "--id one", "id \"one\" is not offered by this daemon");
	expect_asked("token id=one\n");
}
END_TEST

START_TEST(without_a_daemon_it_is_said_how_else)
{
	expect_refusal(1, "--id one", "make the token of a secret with --token-file");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("token_command");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_token_of_a_file_has_what_is_said);
	tcase_add_test(tests, a_token_of_a_file_is_the_lasting_one_where_nothing_is_said);
	tcase_add_test(tests, a_file_that_is_not_there_is_not_made);
	tcase_add_test(tests, a_file_that_others_read_makes_no_token);
	tcase_add_test(tests, a_file_makes_no_token_of_a_name_that_was_revoked);
	tcase_add_test(tests, where_nobody_knows_what_was_revoked_no_token_is_made);
	tcase_add_test(tests, more_than_a_token_holds_is_told);
	tcase_add_test(tests, words_that_are_wrong_are_told_whoever_makes_the_token);
	tcase_add_test(tests, help_is_printed_and_nothing_is_made);
	tcase_add_test(tests, the_daemon_is_asked_for_what_is_said);
	tcase_add_test(tests, what_the_daemon_refuses_is_told);
	tcase_add_test(tests, without_a_daemon_it_is_said_how_else);
	return unit_main(tests, "token_command");
}
