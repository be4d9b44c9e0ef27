/*
 * fake_agent - usage: fake_agent SOCKET SCRIPT   (see fake_agent.h)
 *
 * Prints "ready" when it listens, then a line for each connection and each request.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/fake_agent.h"

int main(int argc, char **argv)
{
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: fake_agent SOCKET SCRIPT\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0); /* others wait for these lines */
	fd = fake_agent_listen(argv[1]);
	puts("ready");
	fake_agent_serve(fd, argv[2], 1);
}
