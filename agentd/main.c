#include <libssh/libssh.h>
#include <openssl/crypto.h>
#include <string.h>

#include "agentd/daemon.h"
#include "agentd/keeper/keeper_spawn.h"
#include "agentd/log_json.h"
#include "agentd/options.h"
#include "agentd/ping_command.h"
#include "agentd/revoke_command.h"
#include "agentd/status_command.h"
#include "agentd/token_command.h"
#include "common/kernel_random.h"
#include "common/log.h"
#include "common/standard_fds.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv); /* the exit status; argv[0] is the name */
} commands[] = {
	{"ping", ping_command_run},
	{"status", status_command_run},
	{"token", token_command_run},
	{"revoke", revoke_command_run},
	{KEEPER_SPAWN_COMMAND, keeper_spawned_run},
};

static int run(int argc, char **argv)
{
	struct options options;
	int status;

	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_DONE:
		status = 0;
		break;
	case OPTIONS_WRONG:
		status = 2;
		break;
	case OPTIONS_RUN:
		log_init("ssh-forward-agentd", options.log_level);
		log_set_format(options.log_format);
		status = daemon_run(&options);
		options_deinit(&options);
		return status;
	}
	source_set_deinit(&options.sources);
	secret_set_deinit(&options.secrets);
	options_deinit(&options);
	return status;
}

int main(int argc, char **argv)
{
	int status;

	standard_fds_fill();
	log_init("ssh-forward-agentd", LOG_LEVEL_INFO);
	log_json_init();
	/* Before libssh does it: openssl.cnf is none of our business. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (kernel_random_use() != 0 || ssh_init() != SSH_OK) {
		log_error("libcrypto or libssh cannot be initialized");
		return 1;
	}
	status = run(argc, argv);
	ssh_finalize();
	return status;
}
