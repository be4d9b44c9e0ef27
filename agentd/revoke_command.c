#include "agentd/revoke_command.h"

#include <stdio.h>
#include <string.h>

#include "agentd/control_client.h"
#include "common/log.h"
#include "common/token.h"

static const char usage[] = "Usage: ssh-forward-agentd revoke NAME\n"
			    "\n"
			    "Tokens of this name, which the log tells, are good for nothing from "
			    "now on: whoever shows\n"
			    "one is refused, and links that did are closed at once. With "
			    "--token-file the daemon keeps\n"
			    "that in FILE.revoked.\n";

int revoke_command_run(int argc, char **argv)
{
	char line[ID_NAME_MAX + sizeof("revoke name=")];
	struct byte_buf answer;
	int err;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 2 || !id_is_valid(view_of(argv[1]))) {
		log_error("revoke: say the name of a token; see ssh-forward-agentd revoke --help");
		return 2;
	}
	snprintf(line, sizeof(line), "revoke name=%s", argv[1]);
	err = control_client_ask(line,
				 "tokens of one that has ended are dead, unless it had a "
				 "--token-file",
				 &answer);
	if (err == 0)
		puts((const char *)answer.data);
	byte_buf_deinit(&answer);
	return err == 0 ? 0 : 1;
}
