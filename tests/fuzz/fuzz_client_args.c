/*
 * fuzz_client_args - the command line of ssh, as the shim's ssh reads it: a word a line.
 *
 * The C library's getopt reads it as well, in the way ssh's main() has its own do it; where ssh would take the
 * line, both have to agree.
 */
#include <strings.h>
#include <unistd.h>

#include "common/number.h"
#include "shim/client_args.h"
#include "tests/fuzz/words.h"

/* What ssh.c of OpenSSH 9.2 has, and of -P 10.0. */
static const char ssh_options[] =
	"+:1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:P:Q:R:S:TVw:W:XYy";

struct model {
	bool is_mistake; /* ssh would say so, and end */
	char **destination;
	char **command;
	const char *config_file;
	const char *port;
	unsigned settings;
	bool is_verbose;
	bool makes_no_login;
};

static void take_option(struct model *model, int option, const char *value)
{
	if (option == '?' || option == ':')
		model->is_mistake = true;
	else if (option == 'F')
		model->config_file = value;
	else if (option == 'p' && model->port == NULL)
		model->port = value;
	else if (option == 'o')
		model->settings |= client_line_settings(view_of(value));
	else if (option == 'v')
		model->is_verbose = true;
	else if (strchr("GOQV", option) != NULL)
		model->makes_no_login = true;
}

/* The word behind the options of argv[1] and on; *are_over: "--" stood before it. */
static char **take_options(struct model *model, char **argv, bool *are_over)
{
	int argc = 0;
	int option;

	while (argv[argc] != NULL)
		argc++;
	opterr = 0;
	optind = 0; /* getopt starts anew */
	while ((option = getopt(argc, argv, ssh_options)) != -1)
		take_option(model, option, optarg);
	*are_over = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
	return argv + optind;
}

static struct model read_as_ssh(char **argv)
{
	struct model model = {0};
	bool are_over;
	char **rest = take_options(&model, argv, &are_over);

	if (*rest == NULL)
		return model;
	model.destination = rest;
	/* A port in there comes before those of options behind it. */
	if (model.port == NULL && strncasecmp(*rest, "ssh://", 6) == 0)
		model.port = "";
	if (are_over)
		rest++;
	else
		rest = take_options(&model, rest, &are_over);
	if (*rest != NULL)
		model.command = rest;
	return model;
}

static void check_options(const struct client_args *args, const struct model *model)
{
	unsigned long port;

	FUZZ_CHECK(args->destination == model->destination);
	FUZZ_CHECK(args->command == model->command);
	FUZZ_CHECK(args->config_file == model->config_file);
	FUZZ_CHECK(args->settings == model->settings);
	FUZZ_CHECK(args->is_verbose == model->is_verbose);
	FUZZ_CHECK(args->makes_no_login == model->makes_no_login);
	if (model->port != NULL && number_parse(model->port, 1, UINT16_MAX, &port) == 0)
		FUZZ_CHECK(args->port == port);
}

/* What is found lies where it should. */
static void check_places(const struct client_args *args, const struct words *words)
{
	struct byte_view host = {(const uint8_t *)args->host, args->host_len};
	bool is_found = false;

	if (args->destination == NULL) {
		FUZZ_CHECK(args->host == NULL && args->command == NULL);
		return;
	}
	FUZZ_CHECK(args->destination > words->argv &&
		   args->destination < words->argv + words->argc);
	FUZZ_CHECK(args->command == NULL || (args->command > args->destination &&
					     args->command < words->argv + words->argc));
	is_found = args->host != NULL; /* else a bracket is not closed */
	FUZZ_CHECK(!is_found || fuzz_is_inside(host, view_of(*args->destination)));
	FUZZ_CHECK(!is_found || host.len == 0 || memchr(host.ptr, '@', host.len) == NULL);
}

static void check_destination(const char *destination, const char *option,
			      const struct client_args *expected)
{
	char *argv[] = {(char[]){"ssh"}, strdup(option), strdup(destination), NULL};
	struct client_args args;

	FUZZ_CHECK(argv[1] != NULL && argv[2] != NULL);
	client_args_parse(argv, &args);
	FUZZ_CHECK(args.host != NULL && args.host_len == expected->host_len &&
		   memcmp(args.host, expected->host, args.host_len) == 0);
	FUZZ_CHECK(args.port == expected->port);
	free(argv[1]);
	free(argv[2]);
}

/* However it is written, it is the same host and port. */
static void check_rewritten(const struct client_args *args)
{
	int len = (int)args->host_len;
	char *text = NULL;
	char option[16];

	if (args->host == NULL || len == 0)
		return;
	snprintf(option, sizeof(option), args->port != 0 ? "-p%u" : "-T", args->port);
	/* In these it would be brackets of its own. */
	if (args->host[0] != '[') {
		FUZZ_CHECK(asprintf(&text, "a@b@%.*s", len, args->host) > 0);
		check_destination(text, option, args);
		free(text);
	}
	if (memchr(args->host, ']', args->host_len) != NULL ||
	    memchr(args->host, '/', args->host_len) != NULL)
		return;
	FUZZ_CHECK(asprintf(&text, "ssh://a@[%.*s]/b", len, args->host) > 0);
	check_destination(text, option, args);
	free(text);
	if (args->port == 0)
		return;
	FUZZ_CHECK(asprintf(&text, "ssh://[%.*s]:%u", len, args->host, args->port) > 0);
	check_destination(text, "-v", args);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words words = {0};
	struct client_args args;
	struct model model;

	words_add(&words, "ssh", 3);
	words_add_lines(&words, (struct byte_view){data, size});
	model = read_as_ssh(words.argv);
	client_args_parse(words.argv, &args);
	check_places(&args, &words);
	if (!model.is_mistake)
		check_options(&args, &model);
	check_rewritten(&args);
	words_deinit(&words);
	return 0;
}
