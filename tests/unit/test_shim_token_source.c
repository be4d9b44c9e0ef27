#include "shim/token_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/unit.h"

static const char file_template[] = "/tmp/test_token.XXXXXX";
static char file[sizeof(file_template)];
static char text[TOKEN_TEXT_MAX];
static char error[512];
static struct secret secret;
static struct token token;

static void setup(void)
{
	const struct token made = {.port = 4711, .name = "ci"};
	struct byte_buf buf;

	byte_buf_init(&buf, sizeof(text));
	ck_assert_int_eq(token_format(&made, &buf), 0);
	memcpy(text, buf.data, buf.len);
	text[buf.len] = '\0';
	byte_buf_deinit(&buf);
	memcpy(file, file_template, sizeof(file_template));
	close(mkstemp(file));
	unsetenv(TOKEN_SOURCE_ENV);
	secret = (struct secret){0};
}

static void teardown(void)
{
	secret_deinit(&secret);
	unlink(file);
}

static void write_file(const char *content)
{
	FILE *stream = fopen(file, "w");

	fputs(content, stream);
	fclose(stream);
}

static int read_token(const char *token_file)
{
	error[0] = '\0';
	return token_source_read(token_file, &secret, &token, error, sizeof(error));
}

START_TEST(the_environment_gives_a_token)
{
	setenv(TOKEN_SOURCE_ENV, text, 1);
	ck_assert_int_eq(read_token(NULL), 0);
	ck_assert_str_eq(secret.text, text);
	ck_assert_uint_eq(secret.len, strlen(text));
	ck_assert_uint_eq(token.port, 4711);
}
END_TEST

START_TEST(its_bytes_are_gone_from_the_environment)
{
	char *in_place;

	setenv(TOKEN_SOURCE_ENV, text, 1);
	in_place = getenv(TOKEN_SOURCE_ENV);
	if (in_place == NULL)
		ck_abort();
	ck_assert_int_eq(read_token(NULL), 0);
	ck_assert_ptr_null(getenv(TOKEN_SOURCE_ENV));
	/* libc keeps what setenv allocated; in a real process these bytes are /proc/PID/environ */
	ck_assert_int_eq(in_place[0], '\0');
	ck_assert_int_eq(in_place[strlen(text) - 1], '\0');
}
END_TEST

START_TEST(they_are_gone_even_when_a_file_is_named_or_the_token_is_bad)
{
	write_file(text);
	setenv(TOKEN_SOURCE_ENV, "sfa1_other", 1);
	ck_assert_int_eq(read_token(file), 0);
	ck_assert_ptr_null(getenv(TOKEN_SOURCE_ENV));
	secret_deinit(&secret);
	setenv(TOKEN_SOURCE_ENV, "sfa1_other", 1);
	ck_assert_int_eq(read_token(NULL), -EBADMSG);
	ck_assert_ptr_null(getenv(TOKEN_SOURCE_ENV));
}
END_TEST

START_TEST(a_file_may_have_white_space_around_it)
{
	char padded[TOKEN_TEXT_MAX + 8];

	snprintf(padded, sizeof(padded), "  %s\r\n\n", text);
	write_file(padded);
	ck_assert_int_eq(read_token(file), 0);
	ck_assert_str_eq(secret.text, text);
}
END_TEST

START_TEST(a_nul_behind_it_is_no_white_space)
{
	int fd;

	write_file(text);
	fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "", 1), 1);
	close(fd);
	ck_assert_int_eq(read_token(file), -EBADMSG);
}
END_TEST

START_TEST(no_token_is_no_error)
{
	ck_assert_int_eq(read_token(NULL), -ENOENT);
	setenv(TOKEN_SOURCE_ENV, "", 1);
	ck_assert_int_eq(read_token(NULL), -ENOENT);
}
END_TEST

START_TEST(a_named_file_that_is_missing_is_one)
{
	ck_assert_int_eq(read_token("/nonexistent/token"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "/nonexistent/token"));
}
END_TEST

START_TEST(an_empty_file_holds_no_token)
{
	ck_assert_int_eq(read_token(file), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error, "empty"));
}
END_TEST

START_TEST(the_daemons_own_secret_is_told_apart)
{
	write_file("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n");
	ck_assert_int_eq(read_token(file), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error, "mint a token"));
}
END_TEST

START_TEST(every_prefix_of_a_token_is_damaged)
{
	for (size_t len = 1; len < strlen(text); len++) {
		char *cut = strndup(text, len);

		setenv(TOKEN_SOURCE_ENV, cut, 1);
		ck_assert_int_eq(read_token(NULL), -EBADMSG);
		free(cut);
	}
}
END_TEST

START_TEST(the_error_never_quotes_the_token)
{
	setenv(TOKEN_SOURCE_ENV, "sfa1_c2VjcmV0", 1);
	ck_assert_int_eq(read_token(NULL), -EBADMSG);
	ck_assert_ptr_null(strstr(error, "c2VjcmV0"));
}
END_TEST

START_TEST(a_file_without_end_is_refused)
{
	ck_assert_int_eq(read_token("/dev/zero"), -EBADMSG);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_token_source");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_environment_gives_a_token);
	tcase_add_test(tests, its_bytes_are_gone_from_the_environment);
	tcase_add_test(tests, they_are_gone_even_when_a_file_is_named_or_the_token_is_bad);
	tcase_add_test(tests, a_file_may_have_white_space_around_it);
	tcase_add_test(tests, a_nul_behind_it_is_no_white_space);
	tcase_add_test(tests, no_token_is_no_error);
	tcase_add_test(tests, a_named_file_that_is_missing_is_one);
	tcase_add_test(tests, an_empty_file_holds_no_token);
	tcase_add_test(tests, the_daemons_own_secret_is_told_apart);
	tcase_add_test(tests, every_prefix_of_a_token_is_damaged);
	tcase_add_test(tests, the_error_never_quotes_the_token);
	tcase_add_test(tests, a_file_without_end_is_refused);
	return unit_main(tests, "shim_token_source");
}
