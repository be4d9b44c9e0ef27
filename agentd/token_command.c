#include "agentd/token_command.h"

#include <errno.h>
#include <getopt.h>
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agentd/control_client.h"
#include "agentd/endpoint.h"
#include "agentd/host_key.h"
#include "agentd/mint.h"
#include "common/log.h"
#include "common/number.h"

static const char usage[] =
	"Usage: ssh-forward-agentd token [options]\n"
	"\n"
	"Prints a token of the daemon that runs as this user.\n"
	"\n"
	"  --id ID              what it is good for (repeatable)\n"
	"  --secret ID          a secret that it is good for (repeatable); a token that names\n"
	"                       neither ids nor secrets is good for all of them\n"
	"  --expires TIME       30s, 15m, 2h, 7d (none: as long as the daemon's secret)\n"
	"  --max-signatures N   how many signatures it is good for\n"
	"  --name NAME          what the log calls it\n"
	"  --token-file FILE    make it of the secret in FILE; no daemon need run\n"
	"  --port PORT          with --token-file: where the daemon listens (2522)\n"
	"  --help\n";

struct token_options {
	struct mint_request request;
	const char *token_file;
	uint16_t port;
	/* the same once more, as words for the daemon */
	struct byte_buf line;
};

enum {
	OPT_ID = 256,
	OPT_SECRET,
	OPT_EXPIRES,
	OPT_MAX,
	OPT_NAME,
	OPT_TOKEN_FILE,
	OPT_PORT,
	OPT_HELP
};

static const struct option long_options[] = {
	{"id", required_argument, NULL, OPT_ID},
	{"secret", required_argument, NULL, OPT_SECRET},
	{"expires", required_argument, NULL, OPT_EXPIRES},
	{"max-signatures", required_argument, NULL, OPT_MAX},
	{"name", required_argument, NULL, OPT_NAME},
	{"token-file", required_argument, NULL, OPT_TOKEN_FILE},
	{"port", required_argument, NULL, OPT_PORT},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int set_port(struct token_options *options, const char *text, char reason[MINT_REASON_MAX])
{
	unsigned long port;

	if (number_parse(text, 1, UINT16_MAX, &port) != 0) {
		snprintf(reason, MINT_REASON_MAX, "a port is a number from 1 to 65535");
		return -EINVAL;
	}
	options->port = (uint16_t)port;
	return 0;
}

static int apply(struct token_options *options, int option, const char *value,
		 char reason[MINT_REASON_MAX])
{
	switch (option) {
	case OPT_ID:
		byte_buf_printf(&options->line, " id=%s", value);
		return mint_add_id(&options->request, value, reason);
	case OPT_SECRET:
		byte_buf_printf(&options->line, " secret=%s", value);
		return mint_add_secret(&options->request, value, reason);
	case OPT_EXPIRES:
		byte_buf_printf(&options->line, " expires=%s", value);
		return mint_set_lifetime(&options->request, value, reason);
	case OPT_MAX:
		byte_buf_printf(&options->line, " max-signatures=%s", value);
		return mint_set_max_signatures(&options->request, value, reason);
	case OPT_NAME:
		byte_buf_printf(&options->line, " name=%s", value);
		return mint_set_name(&options->request, value, reason);
	case OPT_TOKEN_FILE:
		options->token_file = value;
		return 0;
	case OPT_PORT:
		return set_port(options, value, reason);
	default:
		snprintf(reason, MINT_REASON_MAX, "see ssh-forward-agentd token --help");
		return -EINVAL;
	}
}

static int mint_from_file(struct token_options *options)
{
	struct revocations revoked = {0};
	char reason[MINT_REASON_MAX];
	struct secret secret;
	uint8_t hash[FINGERPRINT_HASH_LEN];
	ssh_key key = NULL;
	struct byte_buf text;
	int err;

	if (access(options->token_file, F_OK) != 0) {
		log_error(
			"--token-file %s: there is no such file; a daemon started with it makes it",
			options->token_file);
		return 1;
	}
	if (secret_load(options->token_file, &secret) != 0)
		return 1;
	byte_buf_init(&text, TOKEN_TEXT_MAX);
	err = revocations_load(&revoked, options->token_file);
	if (err != 0)
		goto out;
	err = mint_settle_name(&options->request, &secret, &revoked, reason);
	if (err != 0) {
		log_error("token: %s", reason);
		goto out;
	}
	err = host_key_make(&secret, &key, hash);
	ssh_key_free(key);
	if (err == 0)
		err = mint_token(&options->request, &secret, hash, options->port,
				 (uint64_t)time(NULL), &text);
	if (err == 0)
		printf("%.*s\n", (int)text.len, (char *)text.data);
	else
		log_error("the token could not be made; does it name too much?");
out:
	revocations_deinit(&revoked);
	byte_buf_deinit(&text);
	secret_wipe(&secret);
	return err == 0 ? 0 : 1;
}

static int mint_from_daemon(struct token_options *options)
{
	struct byte_buf answer;
	int err;

	byte_buf_put_u8(&options->line, '\0');
	if (byte_buf_status(&options->line) != 0) {
		log_error("token: that is more than one token can hold");
		return 1;
	}
	err = control_client_ask((const char *)options->line.data,
				 "start one, or make the token of a secret with --token-file",
				 &answer);
	if (err == 0)
		puts((const char *)answer.data);
	byte_buf_deinit(&answer);
	return err == 0 ? 0 : 1;
}

int token_command_run(int argc, char **argv)
{
	struct token_options options = {.port = ENDPOINT_DEFAULT_PORT};
	char reason[MINT_REASON_MAX];
	int option;
	int status = 2;

	byte_buf_init(&options.line, 4096);
	byte_buf_printf(&options.line, "token");
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		if (option == OPT_HELP) {
			fputs(usage, stdout);
			status = 0;
			goto out;
		}
		if (apply(&options, option, optarg, reason) != 0) {
			log_error("token: %s", reason);
			goto out;
		}
	}
	if (optind < argc) {
		log_error("token: what is \"%s\" here? see ssh-forward-agentd token --help",
			  argv[optind]);
		goto out;
	}
	status = options.token_file != NULL ? mint_from_file(&options) : mint_from_daemon(&options);
out:
	byte_buf_deinit(&options.line);
	return status;
}
