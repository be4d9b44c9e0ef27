#include "agentd/status_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "agentd/status_view.h"
#include "agentd/status_watch.h"
#include "common/log.h"
#include "common/number.h"

enum { OPT_JSON = 256, OPT_WATCH, OPT_HELP, WATCH_DEFAULT_S = 2, WATCH_MAX_S = 3600 };

static const char usage[] =
	"Usage: ssh-forward-agentd status [options]\n"
	"\n"
	"Shows what the daemon that runs as this user offers, to whom, and what came of it.\n"
	"\n"
	"  --json               as a JSON document, in one line\n"
	"  --watch[=SECONDS]    again and again (2): on a terminal until q or Ctrl-C, else one\n"
	"                       after the other\n"
	"  --help\n";

static const struct option long_options[] = {
	{"json", no_argument, NULL, OPT_JSON},
	{"watch", optional_argument, NULL, OPT_WATCH},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int parse_watch(const char *text, unsigned *seconds)
{
	unsigned long number = WATCH_DEFAULT_S;

	if (text != NULL && number_parse(text, 1, WATCH_MAX_S, &number) != 0) {
		log_error("status: --watch=%s: a number of seconds, from 1 to %d", text,
			  WATCH_MAX_S);
		return -EINVAL;
	}
	*seconds = (unsigned)number;
	return 0;
}

static int show_once(bool is_json)
{
	struct byte_buf view;
	char fault[STATUS_FAULT_MAX];
	int err = status_view_take(is_json, &view, fault);

	if (err != 0)
		log_error("%s", fault);
	else if (fwrite(view.data, view.len, 1, stdout) != 1 || fflush(stdout) != 0) {
		err = -errno;
		log_error("status: it cannot be written");
	}
	byte_buf_deinit(&view);
	return err == 0 ? 0 : 1;
}

int status_command_run(int argc, char **argv)
{
	bool is_json = false;
	unsigned watch_s = 0; /* once */
	int option;

	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		switch (option) {
		case OPT_JSON:
			is_json = true;
			break;
		case OPT_WATCH:
			if (parse_watch(optarg, &watch_s) != 0)
				return 2;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			return 0;
		default:
			log_error("status: see ssh-forward-agentd status --help");
			return 2;
		}
	}
	if (optind < argc) {
		log_error("status: what is \"%s\" here? see ssh-forward-agentd status --help",
			  argv[optind]);
		return 2;
	}
	return watch_s == 0 ? show_once(is_json) : status_watch(is_json, watch_s);
}
