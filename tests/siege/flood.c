/*
 * flood - peers who speak SSH well, and far too much of it.
 *
 *     flood BEHAVIOUR FROM PORT WORKERS [ID]
 *
 * WORKERS processes, bound to the address FROM, do one of these to 127.0.0.1:PORT, over and over, without a pause:
 *
 *     logins      log in with a token that is none, on a new connection each
 *     channels    one link; channels to ID, to an id that is none and with a verb that is none, each opened and closed
 *     requests    one link, one agent connection that asks for the list, 32 requests ahead of the replies
 *     crowd       one link with 200 agent connections that all ask at once, and again when all have their reply
 *     garbage     log in, then random bytes in place of packets
 *
 * $SSH_SHIM_TOKEN is the token. Says "begun" when it has been done once, ends with stdin, and tells then how often.
 */
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WORKERS_MAX = 64,
	PATIENCE_S = 30,
	GARBAGE_LEN = 4096,
	REQUESTS_AHEAD = 32,
	CROWD = 200,
	READ_LEN = 4096,
	RETRY_NS = 10 * 1000 * 1000,
};

static const char list_request[] = {0, 0, 0, 1, 11};

struct peer {
	const char *from;
	const char *id;
	unsigned int port;
	atomic_ulong *done;
};

/* The daemon may close what it likes, whenever it likes: no failure here is one. */
static void retry_later(void)
{
	const struct timespec pause = {.tv_nsec = RETRY_NS};

	nanosleep(&pause, NULL);
}

static ssh_session connect_peer(const struct peer *peer)
{
	ssh_session session = ssh_new();
	long patience_s = PATIENCE_S;
	int yes = 1;
	bool no = false;

	ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
	ssh_options_set(session, SSH_OPTIONS_BINDADDR, peer->from);
	ssh_options_set(session, SSH_OPTIONS_PORT, &peer->port);
	ssh_options_set(session, SSH_OPTIONS_USER, "build");
	ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &patience_s);
	if (ssh_connect(session) == SSH_OK) {
		setsockopt(ssh_get_fd(session), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		return session;
	}
	ssh_free(session);
	retry_later();
	return NULL;
}

static ssh_session log_in(const struct peer *peer)
{
	ssh_session session = connect_peer(peer);

	if (session == NULL)
		return NULL;
	if (ssh_userauth_password(session, NULL, getenv("SSH_SHIM_TOKEN")) == SSH_AUTH_SUCCESS)
		return session;
	ssh_free(session);
	retry_later();
	return NULL;
}

static ssh_channel open_agent(ssh_session session, const char *id)
{
	ssh_channel channel = ssh_channel_new(session);

	if (channel != NULL && ssh_channel_open_forward(channel, id, 1, "127.0.0.1", 1) == SSH_OK)
		return channel;
	ssh_channel_free(channel);
	return NULL;
}

static void flood_logins(const struct peer *peer)
{
	for (;;) {
		ssh_session session = connect_peer(peer);

		if (session == NULL)
			continue;
		(void)ssh_userauth_password(session, NULL, "sfa1_notokenatall");
		ssh_free(session);
		(*peer->done)++;
	}
}

static bool open_one_of_each(ssh_session session, const struct peer *peer)
{
	ssh_channel channel = open_agent(session, peer->id);

	if (channel == NULL)
		return false;
	(void)ssh_channel_write(channel, list_request, 3);
	ssh_channel_free(channel);
	(void)open_agent(session, "no-such-id"); /* refused, and gone */
	channel = ssh_channel_new(session);
	if (ssh_channel_open_session(channel) == SSH_OK)
		(void)ssh_channel_request_exec(channel, "nonsense");
	ssh_channel_free(channel);
	return true;
}

static void flood_channels(const struct peer *peer)
{
	for (;;) {
		ssh_session session = log_in(peer);

		while (session != NULL && open_one_of_each(session, peer))
			*peer->done += 3;
		ssh_free(session);
	}
}

/* A whole list, whatever is in it. */
static bool read_list(ssh_channel channel)
{
	unsigned char header[4];
	unsigned char body[READ_LEN];
	size_t len;

	if (ssh_channel_read_timeout(channel, header, 4, 0, PATIENCE_S * 1000) != 4)
		return false;
	len = (size_t)header[2] << 8 | header[3];
	for (size_t read = 0; read < len;) {
		int got = ssh_channel_read_timeout(channel, body, (uint32_t)(len - read), 0,
						   PATIENCE_S * 1000);

		if (got <= 0)
			return false;
		read += (size_t)got;
	}
	return true;
}

static bool ask(ssh_channel channel)
{
	return ssh_channel_write(channel, list_request, sizeof(list_request)) ==
	       (int)sizeof(list_request);
}

static void flood_requests(const struct peer *peer)
{
	for (;;) {
		ssh_session session = log_in(peer);
		ssh_channel channel = session != NULL ? open_agent(session, peer->id) : NULL;
		bool is_up = channel != NULL;

		for (int i = 1; i < REQUESTS_AHEAD && is_up; i++)
			is_up = ask(channel);
		while (is_up && ask(channel) && read_list(channel))
			(*peer->done)++;
		ssh_free(session); /* with its channels */
	}
}

static void flood_crowd(const struct peer *peer)
{
	ssh_channel channels[CROWD];

	for (;;) {
		ssh_session session = log_in(peer);
		bool is_up = session != NULL;

		for (int i = 0; i < CROWD && is_up; i++) {
			channels[i] = open_agent(session, peer->id);
			is_up = channels[i] != NULL;
		}
		while (is_up) {
			for (int i = 0; i < CROWD && is_up; i++)
				is_up = ask(channels[i]);
			for (int i = 0; i < CROWD && is_up; i++)
				is_up = read_list(channels[i]);
			*peer->done += CROWD;
		}
		ssh_free(session);
	}
}

static void flood_garbage(const struct peer *peer)
{
	char garbage[GARBAGE_LEN];

	for (;;) {
		ssh_session session = log_in(peer);

		if (session == NULL)
			continue;
		if (getrandom(garbage, sizeof(garbage), 0) > 0 &&
		    send(ssh_get_fd(session), garbage, sizeof(garbage), MSG_NOSIGNAL) > 0)
			(*peer->done)++;
		ssh_free(session);
	}
}

static const struct behaviour {
	const char *name;
	void (*run)(const struct peer *peer);
} behaviours[] = {
	{"logins", flood_logins}, {"channels", flood_channels}, {"requests", flood_requests},
	{"crowd", flood_crowd},	  {"garbage", flood_garbage},
};

static const struct behaviour *behaviour_find(const char *name)
{
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++) {
		if (strcmp(behaviours[i].name, name) == 0)
			return &behaviours[i];
	}
	return NULL;
}

/* When the first has done it once, or there is no more stdin. */
static void await_beginning(const atomic_ulong *done)
{
	while (*done == 0)
		retry_later();
	puts("begun");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct behaviour *behaviour = argc >= 5 ? behaviour_find(argv[1]) : NULL;
	long workers = argc >= 5 ? strtol(argv[4], NULL, 10) : 0;
	pid_t pids[WORKERS_MAX];
	struct peer peer;
	char byte;

	if (behaviour == NULL || workers < 1 || workers > WORKERS_MAX) {
		fprintf(stderr, "usage: flood BEHAVIOUR FROM PORT WORKERS [ID]\n");
		return EXIT_FAILURE;
	}
	peer = (struct peer){.from = argv[2],
			     .port = (unsigned int)strtoul(argv[3], NULL, 10),
			     .id = argc > 5 ? argv[5] : "default"};
	peer.done = mmap(NULL, sizeof(*peer.done), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (peer.done == MAP_FAILED)
		return EXIT_FAILURE;
	for (long i = 0; i < workers; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			behaviour->run(&peer);
		}
	}
	await_beginning(peer.done);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (long i = 0; i < workers; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	printf("%lu\n", *peer.done);
	return EXIT_SUCCESS;
}
