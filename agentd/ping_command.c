#include "agentd/ping_command.h"

#include <stdio.h>

#include "agentd/control_client.h"
#include "common/log.h"

int ping_command_run(int argc, char **argv)
{
	struct byte_buf answer;
	int err;

	if (argc > 1) {
		log_error("ping: what is \"%s\" here? it takes no arguments", argv[1]);
		return 2;
	}
	err = control_client_ask("ping", "start one", &answer);
	if (err == 0)
		puts((const char *)answer.data);
	byte_buf_deinit(&answer);
	return err == 0 ? 0 : 1;
}
