/*
 * fuzz_shim_options - the command line of ssh-shim: a word a line. What is taken is taken as the same when it is
 * said in the plainest way; what is not is told.
 */
#include <errno.h>

#include "shim/options.h"
#include "tests/fuzz/words.h"

enum { UNTOUCHED = 0xa5, ERROR_SIZE = 4096 };

static int parse(struct words *words, struct options *options)
{
	char error[ERROR_SIZE] = "";
	int err = options_parse(words->argc, words->argv, options, error, sizeof(error));

	FUZZ_CHECK(err == 0 || err == -EINVAL);
	FUZZ_CHECK((err == 0) == (error[0] == '\0'));
	return err;
}

static void check_bounds(const struct options *options, const struct words *words)
{
	FUZZ_CHECK(options->id == NULL || id_is_valid(view_of(options->id)));
	FUZZ_CHECK((options->socket_mode & 0600) == 0600 && options->socket_mode <= 0777);
	FUZZ_CHECK(options->secret_count <= SECRET_OPTIONS_MAX);
	FUZZ_CHECK(!options->has_owner || options->owner_uid != (uid_t)-1);
	FUZZ_CHECK(options->wait_ms <= 24U * 60 * 60 * 1000 && options->wait_ms % 1000 == 0);
	FUZZ_CHECK((options->command != NULL) == (options->action == OPTIONS_RUN));
	FUZZ_CHECK(options->command == NULL || (options->command > words->argv &&
						options->command < words->argv + words->argc));
}

__attribute__((format(printf, 2, 3))) static void say(struct words *words, const char *format, ...)
{
	va_list args;
	char *word = NULL;

	va_start(args, format);
	FUZZ_CHECK(vasprintf(&word, format, args) >= 0);
	va_end(args);
	words_add(words, word, SIZE_MAX);
	free(word);
}

static void say_secret(struct words *words, const struct secret_option *secret)
{
	char target[SECRET_TARGET_SIZE + 16] = "";
	char env[SECRET_ENV_SIZE + 16] = "";
	char owner[64] = "";

	if (secret->target[0] != '\0')
		snprintf(target, sizeof(target), ",target=%s", secret->target);
	if (secret->env[0] != '\0')
		snprintf(env, sizeof(env), ",env=%s", secret->env);
	if (secret->has_uid)
		snprintf(owner, sizeof(owner), ",uid=%u", (unsigned)secret->uid);
	if (secret->has_gid)
		snprintf(owner + strlen(owner), sizeof(owner) - strlen(owner), ",gid=%u",
			 (unsigned)secret->gid);
	say(words, "--secret=%s,required=%d,mode=%o%s%s%s", secret->id, secret->is_required,
	    (unsigned)secret->mode, owner, env, target);
}

static void say_flags(struct words *words, const struct options *options)
{
	if (options->is_optional)
		say(words, "--optional");
	if (options->discovers)
		say(words, "--discover");
	if (options->has_no_wrapper)
		say(words, "--no-ssh-wrapper");
	if (options->may_keep_secrets_on_disk)
		say(words, "--secrets-on-disk");
	if (options->level != LOG_LEVEL_INFO)
		say(words, options->level == LOG_LEVEL_ERROR ? "--quiet" : "--verbose");
	if (options->action == OPTIONS_CHECK)
		say(words, "--check");
}

static void say_again(struct words *words, const struct options *options)
{
	say(words, "ssh-shim");
	if (options->id != NULL)
		say(words, "--id=%s", options->id);
	if (options->connect != NULL)
		say(words, "--connect=%s", options->connect);
	if (options->token_file != NULL)
		say(words, "--token-file=%s", options->token_file);
	if (options->is_wait_given)
		say(words, "--wait=%u", options->wait_ms / 1000);
	if (options->has_owner && options->owner_gid == (gid_t)-1)
		say(words, "--owner=%u", (unsigned)options->owner_uid);
	else if (options->has_owner)
		say(words, "--owner=%u:%u", (unsigned)options->owner_uid,
		    (unsigned)options->owner_gid);
	say(words, "--mode=%o", (unsigned)options->socket_mode);
	for (size_t i = 0; i < options->secret_count; i++)
		say_secret(words, &options->secrets[i]);
	say_flags(words, options);
	say(words, "--");
	if (options->check_target != NULL)
		say(words, "%s", options->check_target);
	for (char **word = options->command; word != NULL && *word != NULL; word++)
		say(words, "%s", *word);
}

static void check_texts(const char *a, const char *b)
{
	FUZZ_CHECK((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0));
}

static void check_same_secrets(const struct options *a, const struct options *b)
{
	FUZZ_CHECK(a->secret_count == b->secret_count);
	for (size_t i = 0; i < a->secret_count; i++) {
		const struct secret_option *one = &a->secrets[i];
		const struct secret_option *other = &b->secrets[i];

		check_texts(one->id, other->id);
		check_texts(one->target, other->target);
		check_texts(one->env, other->env);
		FUZZ_CHECK(one->mode == other->mode && one->is_required == other->is_required &&
			   one->uid == other->uid && one->gid == other->gid);
	}
}

static void check_same(const struct options *a, const struct options *b)
{
	check_texts(a->id, b->id);
	check_texts(a->connect, b->connect);
	check_texts(a->check_target, b->check_target);
	check_texts(a->token_file, b->token_file);
	check_same_secrets(a, b);
	FUZZ_CHECK(a->action == b->action && a->level == b->level);
	FUZZ_CHECK(a->wait_ms == b->wait_ms && a->is_wait_given == b->is_wait_given);
	FUZZ_CHECK(a->is_optional == b->is_optional && a->discovers == b->discovers &&
		   a->has_no_wrapper == b->has_no_wrapper &&
		   a->may_keep_secrets_on_disk == b->may_keep_secrets_on_disk);
	FUZZ_CHECK(a->has_owner == b->has_owner && a->owner_uid == b->owner_uid &&
		   a->owner_gid == b->owner_gid && a->socket_mode == b->socket_mode);
	for (size_t i = 0; a->command != NULL && (i == 0 || a->command[i - 1] != NULL); i++)
		check_texts(a->command[i], b->command[i]);
}

static void check_again(const struct options *options)
{
	static struct options again;
	struct words words = {0};

	say_again(&words, options);
	if (words.argc < WORDS_MAX) {
		FUZZ_CHECK(parse(&words, &again) == 0);
		check_same(options, &again);
	}
	words_deinit(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	struct words words = {0};

	memset(&options, UNTOUCHED, sizeof(options));
	words_add(&words, "ssh-shim", SIZE_MAX);
	words_add_lines(&words, (struct byte_view){data, size});
	if (parse(&words, &options) != 0) {
		for (size_t i = 0; i < sizeof(options); i++)
			FUZZ_CHECK(((const uint8_t *)&options)[i] == UNTOUCHED);
	} else if (options.action == OPTIONS_RUN || options.action == OPTIONS_CHECK) {
		check_bounds(&options, &words);
		check_again(&options);
	}
	words_deinit(&words);
	return 0;
}
