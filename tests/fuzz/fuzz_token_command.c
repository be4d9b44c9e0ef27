/*
 * fuzz_token_command - `ssh-forward-agentd token`, which makes a token of a secret in a file. Each line is an
 * option: its first letter says which, the rest is its value.
 */
#include <errno.h>
#include <libssh/libssh.h>
#include <unistd.h>

#include "agentd/access.h"
#include "agentd/endpoint.h"
#include "agentd/token_command.h"
#include "common/log.h"
#include "tests/fuzz/capture.h"
#include "tests/fuzz/fake_clock.h"
#include "tests/fuzz/words.h"

static const char revoked_name[] = "revoked";

static char directory[] = "/dev/shm/fuzz-token-XXXXXX";
static char token_file[64];
static char revoked_file[80];
static struct access access_of_file;
static struct capture errors = {.fd = STDERR_FILENO};
static struct capture output = {.fd = STDOUT_FILENO};

/* What is asked for, as far as it could be. */
struct wish {
	struct token token;
	bool is_good;
	uint64_t lifetime_s;
};

static void remove_all(void)
{
	unlink(token_file);
	unlink(revoked_file);
	rmdir(directory);
}

static void set_up(void)
{
	FILE *file;

	if (token_file[0] != '\0')
		return;
	FUZZ_CHECK(mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	log_init("fuzz", LOG_LEVEL_ERROR);
	snprintf(token_file, sizeof(token_file), "%s/secret", directory);
	snprintf(revoked_file, sizeof(revoked_file), "%s.revoked", token_file);
	FUZZ_CHECK(secret_load(token_file, &access_of_file.secret) == 0);
	file = fopen(revoked_file, "w");
	FUZZ_CHECK(file != NULL && fprintf(file, "%s\nlasting\n", revoked_name) > 0 &&
		   fclose(file) == 0);
	FUZZ_CHECK(revocations_load(&access_of_file.revoked, token_file) == 0);
}

static bool is_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	while (text[0] == '0' && digits > 1) {
		text++;
		digits--;
	}
	*out = strtoull(text, NULL, 10);
	return digits > 0 && digits < 20 && text[digits] == '\0' && *out >= min && *out <= max;
}

static bool is_lifetime(const char *text, uint64_t *seconds)
{
	static const char units[] = "smhd";
	static const unsigned worth[] = {1, 60, 3600, 86400};
	const uint64_t century_s = UINT64_C(100) * 366 * 86400;
	char *number = strdup(text);
	size_t len = strlen(text);
	const char *unit = len > 1 ? strchr(units, text[len - 1]) : NULL;
	unsigned each = unit != NULL ? worth[unit - units] : 1;
	bool is_good;

	FUZZ_CHECK(number != NULL);
	if (unit != NULL)
		number[len - 1] = '\0';
	is_good = is_number(number, 1, century_s / each, seconds);
	*seconds *= each;
	free(number);
	return is_good;
}

static bool wish_name(char (*names)[ID_NAME_MAX + 1], size_t *count, const char *value)
{
	if (!id_is_valid(view_of(value)) || *count >= TOKEN_IDS_MAX)
		return false;
	snprintf(names[(*count)++], sizeof(names[0]), "%s", value);
	return true;
}

static bool wish_option(struct wish *wish, char option, const char *value)
{
	struct token *token = &wish->token;
	uint64_t number = 0;
	bool is_good = true;

	switch (option) {
	case 'i':
		return wish_name(token->ids, &token->id_count, value);
	case 's':
		return wish_name(token->secrets, &token->secret_count, value);
	case 'n':
		is_good = id_is_valid(view_of(value));
		snprintf(token->name, sizeof(token->name), "%s", value);
		return is_good;
	case 'm':
		is_good = is_number(value, 1, UINT32_MAX, &number);
		token->max_signatures = (uint32_t)number;
		return is_good;
	case 'p':
		is_good = is_number(value, 1, UINT16_MAX, &number);
		token->port = (uint16_t)number;
		return is_good;
	default:
		return is_lifetime(value, &wish->lifetime_s);
	}
}

/* The option of a letter; of all others the one with a lifetime. */
static const char *option_name(char letter)
{
	static const struct {
		char letter;
		const char *name;
	} names[] = {{'i', "--id"},
		     {'s', "--secret"},
		     {'n', "--name"},
		     {'m', "--max-signatures"},
		     {'p', "--port"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].letter == letter)
			return names[i].name;
	}
	return "--expires";
}

static struct wish make_wish(const struct words *lines, struct words *argv)
{
	struct wish wish = {.token.port = ENDPOINT_DEFAULT_PORT, .is_good = true};

	for (int i = 0; i < lines->argc && argv->argc + 2 < WORDS_MAX; i++) {
		const char *line = lines->argv[i];

		if (line[0] == '\0')
			continue;
		words_add(argv, option_name(line[0]), SIZE_MAX);
		words_add(argv, line + 1, SIZE_MAX);
		wish.is_good = wish.is_good && wish_option(&wish, line[0], line + 1);
	}
	if (strcmp(wish.token.name, revoked_name) == 0 || strcmp(wish.token.name, "lasting") == 0)
		wish.is_good = false;
	return wish;
}

static void check_names(const char (*names)[ID_NAME_MAX + 1], size_t count,
			const char (*wished)[ID_NAME_MAX + 1], size_t wished_count)
{
	FUZZ_CHECK(count == wished_count);
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(strcmp(names[i], wished[i]) == 0);
}

/* One line, with a token that the daemon of the secret lets in, for what was asked for and no more. */
static void check_token(const char *said, const struct wish *wish)
{
	char reason[ACCESS_REASON_MAX];
	struct byte_view text = view_of(said);
	uint64_t now_s = (uint64_t)time(NULL);
	struct grant grant = {0};
	const struct token *token = &grant.token;

	FUZZ_CHECK(text.len > 1 && strchr(said, '\n') == said + text.len - 1);
	text.len--;
	FUZZ_CHECK(access_login(&access_of_file, text, now_s, &grant, reason));
	check_names(token->ids, token->id_count, wish->token.ids, wish->token.id_count);
	check_names(token->secrets, token->secret_count, wish->token.secrets,
		    wish->token.secret_count);
	FUZZ_CHECK(token->max_signatures == wish->token.max_signatures);
	FUZZ_CHECK(token->port == wish->token.port);
	FUZZ_CHECK(token->expiry_s == (wish->lifetime_s > 0 ? now_s + wish->lifetime_s : 0));
	FUZZ_CHECK(wish->token.name[0] == '\0' || strcmp(token->name, wish->token.name) == 0);
	if (wish->lifetime_s > 0)
		FUZZ_CHECK(!access_login(&access_of_file, text, token->expiry_s, &grant, reason));
}

/* Names may be too many for one token. */
static bool is_large(const struct token *token)
{
	size_t len = 0;

	for (size_t i = 0; i < token->id_count; i++)
		len += sizeof(uint32_t) + strlen(token->ids[i]);
	for (size_t i = 0; i < token->secret_count; i++)
		len += sizeof(uint32_t) + strlen(token->secrets[i]);
	return len > TOKEN_TEXT_MAX / 4 * 3 - 256;
}

static void check_outcome(int status, const char *said, const char *complaint,
			  const struct wish *wish)
{
	if (status == 0) {
		FUZZ_CHECK(wish->is_good && complaint[0] == '\0');
		check_token(said, wish);
		return;
	}
	FUZZ_CHECK(!wish->is_good || is_large(&wish->token));
	FUZZ_CHECK(said[0] == '\0');
	FUZZ_CHECK(capture_check_lines(complaint, wish->is_good
							  ? "fuzz: the token could not be made"
							  : "fuzz: token: ") == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words lines = {0};
	struct words words = {0};
	struct wish wish;
	const char *said;
	const char *complaint;
	int status;

	set_up();
	words_add_lines(&lines, (struct byte_view){data, size});
	words_add(&words, "token", SIZE_MAX);
	words_add(&words, "--token-file", SIZE_MAX);
	words_add(&words, token_file, SIZE_MAX);
	wish = make_wish(&lines, &words);
	capture_begin(&output);
	capture_begin(&errors);
	optind = 0; /* getopt starts anew, as in a new program */
	status = token_command_run(words.argc, words.argv);
	complaint = capture_end(&errors);
	said = capture_end(&output);
	FUZZ_CHECK(status >= 0 && status <= 2);
	if (capture_is_on())
		check_outcome(status, said, complaint, &wish);
	lease_book_deinit(&access_of_file.leases);
	words_deinit(&lines);
	words_deinit(&words);
	return 0;
}
