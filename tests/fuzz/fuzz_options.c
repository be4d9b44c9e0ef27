/*
 * fuzz_options - the daemon's command line: a word a line. What is taken is taken as the same when it is said in
 * the plainest way; what is not is told.
 */
#include "agentd/options.h"
#include "tests/fuzz/capture.h"
#include "tests/fuzz/words.h"

#define SECRET_VARIABLE "FUZZ_SECRET"
#define SECRET_VALUE "a value"

static struct capture errors = {.fd = STDERR_FILENO};

static void set_up(void)
{
	static bool is_set_up;

	if (is_set_up)
		return;
	is_set_up = true;
	FUZZ_CHECK(setenv("HOME", "/nowhere", 1) == 0 &&
		   setenv("XDG_CONFIG_HOME", "/nowhere", 1) == 0 &&
		   setenv("SSH_AUTH_SOCK", "/nowhere/agent", 1) == 0 &&
		   setenv(SECRET_VARIABLE, SECRET_VALUE, 1) == 0);
	log_init("fuzz", LOG_LEVEL_ERROR);
}

/* What reads files that an input names, or prints all there is to say. */
static bool is_for_others(const struct words *words)
{
	static const char *const beginnings[] = {"--c", "--h", "--v", "--te", "-t"};

	for (int i = 0; i < words->argc; i++) {
		for (size_t j = 0; j < sizeof(beginnings) / sizeof(beginnings[0]); j++) {
			if (strncmp(words->argv[i], beginnings[j], strlen(beginnings[j])) == 0)
				return true;
		}
	}
	return false;
}

static enum options_verdict parse(struct words *words, struct options *options)
{
	enum options_verdict verdict;
	const char *said;

	capture_begin(&errors);
	verdict = options_parse(words->argc, words->argv, options);
	said = capture_end(&errors);
	FUZZ_CHECK(verdict == OPTIONS_RUN || verdict == OPTIONS_WRONG);
	/* With the words as they were given: whoever gave them reads it. */
	if (capture_is_on())
		FUZZ_CHECK((strncmp(said, "fuzz: ", 6) == 0) == (verdict == OPTIONS_WRONG));
	return verdict;
}

static void forget(struct options *options)
{
	source_set_deinit(&options->sources);
	secret_set_deinit(&options->secrets);
	options_deinit(options);
}

static void check_sources(const struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct source *source = set->list[i];

		FUZZ_CHECK(id_is_valid(view_of(source->id)));
		FUZZ_CHECK(source_find(set, source->id) == source && source_is_backed(source));
		FUZZ_CHECK((source->kind == SOURCE_KEYS) == (source->file_count > 0));
	}
}

static void say(struct words *words, const char *option, const char *value)
{
	words_add(words, option, SIZE_MAX);
	if (value != NULL)
		words_add(words, value, SIZE_MAX);
}

static void say_list(struct words *words, const char *option, const struct word_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		say(words, option, list->list[i]);
}

static void say_sources(struct words *words, const struct source_set *set)
{
	struct byte_buf spec;

	for (size_t i = 0; i < set->count; i++) {
		const struct source *source = set->list[i];

		byte_buf_init(&spec, 64 * 1024);
		byte_buf_printf(&spec, "%s=%s", source->id,
				source->kind == SOURCE_AGENT ? source->socket_path
							     : source->files[0]);
		for (size_t j = 1; j < source->file_count; j++)
			byte_buf_printf(&spec, ",%s", source->files[j]);
		byte_buf_put_u8(&spec, '\0');
		say(words, source->kind == SOURCE_AGENT ? "--agent" : "--key",
		    (const char *)spec.data);
		byte_buf_deinit(&spec);
	}
}

static void say_secrets(struct words *words, const struct secret_set *set)
{
	struct byte_buf spec;

	for (size_t i = 0; i < set->count; i++) {
		const struct offered_secret *secret = &set->list[i];

		byte_buf_init(&spec, 64 * 1024);
		byte_buf_printf(&spec, "id=%s,%s=%s", secret->name,
				secret->path != NULL ? "source" : "env",
				secret->path != NULL ? secret->path : SECRET_VARIABLE);
		byte_buf_put_u8(&spec, '\0');
		say(words, "--secret", (const char *)spec.data);
		byte_buf_deinit(&spec);
	}
}

/* Which one a name stands for is seen from what it changes. */
static void say_limits(struct words *words, const struct limits *limits)
{
	const unsigned *values = (const unsigned *)limits;
	char reason[LIMITS_REASON_MAX];
	char text[64];

	for (size_t i = 0; limits_name(i) != NULL; i++) {
		struct limits ones[2] = {limits_default, limits_default};
		size_t place = 0;

		FUZZ_CHECK(limits_set(&ones[0], limits_name(i), "1", reason) == 0 &&
			   limits_set(&ones[1], limits_name(i), "2", reason) == 0);
		while (((unsigned *)&ones[0])[place] == ((unsigned *)&ones[1])[place])
			FUZZ_CHECK(++place < sizeof(ones[0]) / sizeof(unsigned));
		snprintf(text, sizeof(text), "%s=%u", limits_name(i), values[place]);
		FUZZ_CHECK(values[place] > 0);
		if (values[place] != ((const unsigned *)&limits_default)[place])
			say(words, "--limit", text);
	}
}

static void say_command(struct words *words, char **command)
{
	if (command == NULL)
		return;
	say(words, "--", NULL);
	for (; *command != NULL; command++)
		say(words, *command, NULL);
}

/* All but the command. */
static void say_again(struct words *words, const struct options *options)
{
	say(words, "ssh-forward-agentd", NULL);
	say_sources(words, &options->sources);
	say_secrets(words, &options->secrets);
	say_limits(words, &options->limits);
	say_list(words, "--listen", &options->listen);
	say_list(words, "--allow", &options->allow);
	say_list(words, "--known-hosts", &options->known_hosts);
	say(words, "--log-level", log_level_name(options->log_level));
	say(words, "--log-format", options->log_format == LOG_FORMAT_JSON ? "json" : "text");
	say(words, "--audit", options->audit_mode == AUDIT_REQUIRED ? "required" : "best-effort");
	if (options->token_file != NULL)
		say(words, "--token-file", options->token_file);
	if (options->passphrase_file != NULL)
		say(words, "--passphrase-file", options->passphrase_file);
	if (options->audit_log != NULL)
		say(words, "--audit-log", options->audit_log);
	if (options->trusts_network)
		say(words, "--trust-network", NULL);
	if (options->is_discoverable)
		say(words, "--discoverable", NULL);
	if (options->forks)
		say(words, "--fork", NULL);
}

static void check_texts(const char *a, const char *b)
{
	FUZZ_CHECK((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0));
}

static void check_lists(const struct word_list *a, const struct word_list *b)
{
	FUZZ_CHECK(a->count == b->count);
	for (size_t i = 0; i < a->count; i++)
		check_texts(a->list[i], b->list[i]);
}

static void check_same_sources(const struct source_set *a, const struct source_set *b)
{
	FUZZ_CHECK(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct source *one = a->list[i];
		const struct source *other = b->list[i];

		check_texts(one->id, other->id);
		check_texts(one->socket_path, other->socket_path);
		FUZZ_CHECK(one->kind == other->kind && one->file_count == other->file_count);
		for (size_t j = 0; j < one->file_count; j++)
			check_texts(one->files[j], other->files[j]);
	}
}

static void check_same_secrets(const struct secret_set *a, const struct secret_set *b)
{
	FUZZ_CHECK(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		check_texts(a->list[i].name, b->list[i].name);
		check_texts(a->list[i].path, b->list[i].path);
		FUZZ_CHECK(a->list[i].content_len == b->list[i].content_len);
	}
}

static void check_same(const struct options *a, const struct options *b)
{
	check_same_sources(&a->sources, &b->sources);
	check_same_secrets(&a->secrets, &b->secrets);
	check_lists(&a->listen, &b->listen);
	check_lists(&a->allow, &b->allow);
	check_lists(&a->known_hosts, &b->known_hosts);
	check_texts(a->token_file, b->token_file);
	check_texts(a->passphrase_file, b->passphrase_file);
	check_texts(a->audit_log, b->audit_log);
	FUZZ_CHECK(memcmp(&a->limits, &b->limits, sizeof(a->limits)) == 0);
	FUZZ_CHECK(a->log_level == b->log_level && a->log_format == b->log_format &&
		   a->audit_mode == b->audit_mode);
	FUZZ_CHECK(a->trusts_network == b->trusts_network && a->forks == b->forks &&
		   a->is_discoverable == b->is_discoverable);
	for (size_t i = 0; a->command != NULL && (i == 0 || a->command[i - 1] != NULL); i++)
		check_texts(a->command[i], b->command != NULL ? b->command[i] : "");
}

/* A secret of another variable, or in a file whose name has a comma in it, cannot be said so. */
static bool can_be_said(const struct secret_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct offered_secret *secret = &set->list[i];

		if (secret->path != NULL ? strchr(secret->path, ',') != NULL
					 : secret->content_len != strlen(SECRET_VALUE))
			return false;
	}
	return true;
}

/* One more option sets what it is called for, whatever there was before. */
static void check_one_more(const struct options *options)
{
	static const char *const more[][2] = {
		{"--token-file", "/1"}, {"--passphrase-file", "/2"}, {"--audit-log", "/3"},
		{"--listen", "4"},	{"--known-hosts", "/5"},     {"--allow", "fd00::/8"},
		{"--limit", "links=8"}, {"--trust-network", NULL},   {"--discoverable", NULL},
	};
	struct options again;
	struct words words = {0};

	say_again(&words, options);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		say(&words, more[i][0], more[i][1]);
	FUZZ_CHECK(words.argc < WORDS_MAX && parse(&words, &again) == OPTIONS_RUN);
	check_texts(again.token_file, "/1");
	check_texts(again.passphrase_file, "/2");
	check_texts(again.audit_log, "/3");
	check_texts(again.listen.list[options->listen.count], "4");
	check_texts(again.known_hosts.list[options->known_hosts.count], "/5");
	check_texts(again.allow.list[options->allow.count], "fd00::/8");
	FUZZ_CHECK(again.limits.links == 8 && again.trusts_network && again.is_discoverable);
	check_same_sources(&options->sources, &again.sources);
	check_same_secrets(&options->secrets, &again.secrets);
	forget(&again);
	words_deinit(&words);
}

static void check_again(const struct options *options)
{
	struct words words = {0};
	struct options again;

	say_again(&words, options);
	say_command(&words, options->command);
	if (words.argc < WORDS_MAX - 32 && can_be_said(&options->secrets)) {
		FUZZ_CHECK(parse(&words, &again) == OPTIONS_RUN);
		check_same(options, &again);
		forget(&again);
		check_one_more(options);
	}
	words_deinit(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words words = {0};
	struct options options;

	set_up();
	words_add(&words, "ssh-forward-agentd", SIZE_MAX);
	words_add_lines(&words, (struct byte_view){data, size});
	if (!is_for_others(&words)) {
		if (parse(&words, &options) == OPTIONS_RUN) {
			check_sources(&options.sources);
			FUZZ_CHECK(options.sources.count + options.secrets.count > 0 &&
				   options.listen.count > 0);
			FUZZ_CHECK(options.command == NULL ||
				   (options.command[0] != NULL && !options.forks));
			check_again(&options);
		}
		forget(&options);
	}
	words_deinit(&words);
	return 0;
}
