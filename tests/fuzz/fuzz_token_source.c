/*
 * fuzz_token_source - where the shim's token comes from: a file, the environment, or both. The first byte says
 * which.
 */
#include <errno.h>
#include <unistd.h>

#include "shim/token_source.h"
#include "tests/fuzz/memory_file.h"

enum { IN_FILE = 1, IN_ENVIRONMENT = 2, IN_ENVIRONMENT_TWICE = 4, FILE_IS_MISSING = 8 };
enum { UNTOUCHED = 0xa5, ERROR_SIZE = 1024, MESSAGES_MAX = 16 };

/* What environ is made to be; setenv would not put a name there twice. */
struct surroundings {
	char *given[2]; /* with the token; NULL: none */
	char *entries[4];
	char **before;
};

static void surroundings_begin(struct surroundings *all, unsigned where, const char *value)
{
	static char other[] = TOKEN_SOURCE_ENV "X=another";
	size_t count = 0;

	*all = (struct surroundings){.before = environ};
	for (unsigned i = 0; i < 2; i++) {
		if ((where & (unsigned)IN_ENVIRONMENT << i) == 0)
			continue;
		FUZZ_CHECK(asprintf(&all->given[i], TOKEN_SOURCE_ENV "=%s", value) > 0);
		all->entries[count++] = all->given[i];
	}
	all->entries[count] = other;
	environ = all->entries;
}

/* Nothing of it is left, where it was or under its name; and nothing else was touched. */
static void surroundings_end(struct surroundings *all, size_t value_len)
{
	FUZZ_CHECK(getenv(TOKEN_SOURCE_ENV) == NULL);
	FUZZ_CHECK(strcmp(getenv(TOKEN_SOURCE_ENV "X"), "another") == 0);
	environ = all->before;
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; all->given[i] != NULL && j < value_len; j++)
			FUZZ_CHECK(all->given[i][sizeof(TOKEN_SOURCE_ENV) + j] == '\0');
		free(all->given[i]);
	}
}

/* What is wrong is said in one of a few ways: none has anything of the token in it. */
static void check_error(const char *error)
{
	static char messages[MESSAGES_MAX][ERROR_SIZE];
	size_t i = 0;

	FUZZ_CHECK(error[0] != '\0' && strlen(error) < ERROR_SIZE - 1);
	while (messages[i][0] != '\0' && strcmp(messages[i], error) != 0)
		FUZZ_CHECK(++i < MESSAGES_MAX - 1);
	snprintf(messages[i], sizeof(messages[i]), "%s", error);
}

/* Without white space around it, and nothing else is gone. */
static void check_text(const struct secret *text, const struct token *token, struct byte_view given)
{
	struct byte_view bytes = {(const uint8_t *)text->text, text->len};
	struct byte_buf again;

	FUZZ_CHECK(text->len < SECRET_SIZE && strlen(text->text) == text->len);
	FUZZ_CHECK(memmem(given.ptr, given.len, bytes.ptr, bytes.len) != NULL);
	byte_buf_init(&again, TOKEN_TEXT_MAX);
	FUZZ_CHECK(token_format(token, &again) == 0);
	FUZZ_CHECK(fuzz_took_bytes(&again, bytes));
}

static bool is_token(struct byte_view given)
{
	struct token token;

	return token_parse(given, &token) == 0;
}

/* file: NULL for none; given: what there is to be found, or nothing. */
static void check_outcome(int err, const char *file, struct byte_view given,
			  const struct secret *text, const struct token *token, const char *error)
{
	if (err == 0) {
		FUZZ_CHECK(error[0] == '\0' && is_token(given));
		check_text(text, token, given);
		return;
	}
	FUZZ_CHECK(text->text == NULL && text->len == UNTOUCHED);
	if (err == -ENOENT)
		FUZZ_CHECK(file == NULL && given.len == 0 && error[0] == '\0');
	else
		check_error(error);
	/* What is longer is no token, whatever follows. */
	FUZZ_CHECK(given.len >= SECRET_SIZE || !is_token(given));
}

static void check(unsigned where, struct byte_view bytes)
{
	struct byte_view given = {0};
	struct secret text = {.len = UNTOUCHED};
	char error[ERROR_SIZE] = "";
	struct surroundings all;
	struct token token;
	const char *path = memory_file_write(bytes);
	const char *file = NULL;
	char *value = strndup((const char *)bytes.ptr, bytes.len);
	int err;

	FUZZ_CHECK(value != NULL);
	if ((where & IN_FILE) != 0)
		file = (where & FILE_IS_MISSING) != 0 ? "/nowhere/token" : path;
	if (file == path)
		given = bytes;
	else if (file == NULL && (where & (IN_ENVIRONMENT | IN_ENVIRONMENT_TWICE)) != 0)
		given = view_of(value);
	surroundings_begin(&all, where, value);
	err = token_source_read(file, &text, &token, error, sizeof(error));
	surroundings_end(&all, strlen(value));
	check_outcome(err, file, given, &text, &token, error);
	if (err == 0)
		secret_deinit(&text);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Else it is taken from there where nothing else is given. */
	if (size == 0 || access(TOKEN_SOURCE_BUILD_SECRET, F_OK) == 0)
		return 0;
	check(data[0], (struct byte_view){data + 1, size - 1});
	return 0;
}
