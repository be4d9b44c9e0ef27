/*
 * ssh-shim: runs a command whose SSH_AUTH_SOCK leads to the developer's ssh-forward-agentd.
 */
#include <ares.h>
#include <libssh/libssh.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/kernel_random.h"
#include "common/log.h"
#include "common/spare_descriptors.h"
#include "common/standard_fds.h"
#include "shim/command.h"
#include "shim/options.h"
#include "shim/shim.h"
#include "shim/wrapper.h"
#include "version.h"

/* As many as a run takes before the command runs, and a few for agent connections. */
enum { DESCRIPTORS_NEEDED = 32 };

int main(int argc, char **argv)
{
	struct options options;
	char error[512];
	int exit_status;
	int err;

	if (wrapper_is_meant(argv[0]))
		return wrapper_run(argv); /* first: descriptors are passed on as they are */
	standard_fds_fill();
	log_init("ssh-shim", LOG_LEVEL_INFO);
	if (options_parse(argc, argv, &options, error, sizeof(error)) != 0) {
		log_error("%s", error);
		return COMMAND_EXIT_SHIM_FAILED;
	}
	log_init("ssh-shim", options.level);
	if (options.action == OPTIONS_HELP) {
		fputs(options_help, stdout);
		return 0;
	}
	if (options.action == OPTIONS_VERSION) {
		puts("ssh-shim " SFA_VERSION);
		return 0;
	}
	/* Libraries do not say what they lack in the midst of things, and some end the program. */
	err = spare_descriptors_check(STDIN_FILENO, DESCRIPTORS_NEEDED);
	if (err != 0) {
		log_error("fewer than %d file descriptors are left: %s; raise the limit of the "
			  "build (ulimit -n, docker build --ulimit nofile=1024)",
			  DESCRIPTORS_NEEDED, strerror(-err));
		return COMMAND_EXIT_SHIM_FAILED;
	}
	/* Before ssh_init: the image's openssl.cnf is none of our business. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
	    kernel_random_use() != 0 || ssh_init() != SSH_OK ||
	    ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		log_error("libcrypto, libssh or c-ares does not start");
		return COMMAND_EXIT_SHIM_FAILED;
	}
	exit_status = shim_run(&options);
	ares_library_cleanup();
	ssh_finalize();
	return exit_status;
}
