/*
 * honest - the builds that go on while a daemon is besieged: signatures at a steady rate.
 *
 *     honest RATE SOCKET...
 *
 * RATE requests a second, spread over the agent sockets, two clients each: one keeps its connection, the
 * other makes a new one for every request. Requests are due at times fixed beforehand, and where one has to wait
 * for the reply to the one before, its latency counts from when it was due.
 *
 * Says "ready" after one signature of each client. Then, for each line of stdin, the figures since the one before:
 *
 *     LINE kept COUNT P50 P99 MAX new COUNT P50 P99 MAX       (microseconds)
 *
 * Ends with stdin, status 0. The first request that fails, or has no reply for 60 s, ends it with status 1.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/agent_client.h"
#include "bench/latency.h"
#include "bench/load_request.h"
#include "common/frame.h"

enum {
	SOCKETS_MAX = 256,
	CLIENTS_MAX = 2 * SOCKETS_MAX,
	SAMPLES_MAX = 1000 * 1000, /* of one phase */
	PATIENCE_S = 60,
	LINE_MAX = 128,
};

static const uint64_t ns_per_s = 1000000000;

struct client {
	const char *path;
	bool is_kept;
	int fd; /* -1: not connected */
	bool is_waiting;
	uint64_t due_ns; /* of the request in flight, or else of the next one */
	uint64_t started_ns;
	struct load_request request;
	struct byte_buf stream;
};

static struct client clients[CLIENTS_MAX];
static size_t client_count;
static uint64_t period_ns; /* of one client */
static uint64_t number;
static struct latency kept_latency;
static struct latency new_latency;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * ns_per_s + (uint64_t)now.tv_nsec;
}

static void die(const struct client *client, int err)
{
	fprintf(stderr, "honest: %s: %s\n", client->path,
		err == -EPERM ? "the agent refused" : strerror(-err));
	exit(EXIT_FAILURE);
}

static void client_hang_up(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

/* A timer of ours that fires late is nobody else's delay: then it counts from now. */
static void client_send(struct client *client, bool was_waiting)
{
	const struct byte_buf *frame = &client->request.frame;
	int err = 0;

	client->started_ns = was_waiting ? client->due_ns : now_ns();
	if (client->fd < 0)
		err = agent_connect(client->path, &client->fd);
	if (err != 0)
		die(client, err);
	load_request_number(&client->request, ++number);
	/* A few hundred bytes: an empty socket takes them. */
	if (send(client->fd, frame->data, frame->len, MSG_NOSIGNAL) != (ssize_t)frame->len)
		die(client, -errno);
	byte_buf_clear(&client->stream);
	client->is_waiting = true;
}

static void client_take_reply(struct client *client, struct byte_view body)
{
	int err = load_request_check_reply(&client->request, body);

	if (err != 0)
		die(client, err);
	latency_add(client->is_kept ? &kept_latency : &new_latency, now_ns() - client->started_ns);
	client->is_waiting = false;
	client->due_ns += period_ns;
	if (!client->is_kept)
		client_hang_up(client);
	if (client->due_ns <= now_ns())
		client_send(client, true);
}

static void client_read(struct client *client)
{
	uint8_t chunk[4096];
	size_t body_len;
	ssize_t got = recv(client->fd, chunk, sizeof(chunk), 0);
	int err;

	if (got <= 0)
		die(client, got == 0 ? -ECONNRESET : -errno);
	byte_buf_put_bytes(&client->stream, chunk, (size_t)got);
	err = frame_peek(byte_buf_view(&client->stream), &body_len);
	if (err == 0)
		client_take_reply(client, frame_body(byte_buf_view(&client->stream), body_len));
	else if (err != -EAGAIN)
		die(client, err);
}

static void client_init(struct client *client, const char *path, bool is_kept)
{
	struct byte_buf key_blob;
	int err;

	byte_buf_init(&key_blob, FRAME_BODY_MAX);
	*client = (struct client){.path = path, .is_kept = is_kept, .fd = -1};
	byte_buf_init(&client->stream, FRAME_LEN_MAX);
	err = agent_choose_key(path, (struct agent_key_choice){0}, &key_blob);
	if (err == 0)
		err = load_request_sign(&client->request, byte_buf_view(&key_blob), 0);
	if (err != 0)
		die(client, err);
	byte_buf_deinit(&key_blob);
}

static void print_figures(struct latency *latency, const char *name)
{
	latency_sort(latency);
	printf(" %s %zu %" PRIu64 " %" PRIu64 " %" PRIu64, name, latency->count,
	       latency_percentile_ns(latency, 50) / 1000, latency_percentile_ns(latency, 99) / 1000,
	       latency_percentile_ns(latency, 100) / 1000);
	latency->count = 0;
}

/* False at the end of stdin. */
static bool take_line(void)
{
	char line[LINE_MAX];
	ssize_t got = read(STDIN_FILENO, line, sizeof(line));

	if (got <= 0)
		return false;
	printf("%.*s", (int)got - 1, line);
	print_figures(&kept_latency, "kept");
	print_figures(&new_latency, "new");
	printf("\n");
	fflush(stdout);
	return true;
}

/* Sends what is due; how long nothing else will be. */
static uint64_t send_what_is_due(void)
{
	uint64_t now = now_ns();
	uint64_t next = now + ns_per_s;

	for (size_t i = 0; i < client_count; i++) {
		struct client *client = &clients[i];

		if (client->is_waiting && now > client->due_ns + PATIENCE_S * ns_per_s)
			die(client, -ETIMEDOUT);
		if (!client->is_waiting && client->due_ns <= now)
			client_send(client, false);
		if (!client->is_waiting && client->due_ns < next)
			next = client->due_ns;
	}
	now = now_ns();
	return next > now ? next - now : 0;
}

/* One turn: what is due, then what has come. False at the end of stdin. */
static bool turn(void)
{
	static struct pollfd polls[CLIENTS_MAX + 1];
	struct timespec wait = {.tv_nsec = (long)(send_what_is_due() % ns_per_s)};

	polls[client_count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (size_t i = 0; i < client_count; i++)
		polls[i] = (struct pollfd){.fd = clients[i].is_waiting ? clients[i].fd : -1,
					   .events = POLLIN};
	if (ppoll(polls, client_count + 1, &wait, NULL) < 0)
		return errno == EINTR;
	for (size_t i = 0; i < client_count; i++) {
		if (polls[i].revents != 0)
			client_read(&clients[i]);
	}
	return polls[client_count].revents == 0 || take_line();
}

int main(int argc, char **argv)
{
	unsigned long rate = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t start_ns;

	if (rate == 0 || argc - 2 > SOCKETS_MAX || latency_init(&kept_latency, SAMPLES_MAX) != 0 ||
	    latency_init(&new_latency, SAMPLES_MAX) != 0)
		return EXIT_FAILURE;
	for (int i = 2; i < argc; i++) {
		client_init(&clients[client_count++], argv[i], true);
		client_init(&clients[client_count++], argv[i], false);
	}
	period_ns = client_count * ns_per_s / rate;
	start_ns = now_ns();
	for (size_t i = 0; i < client_count; i++)
		clients[i].due_ns = start_ns + i * period_ns / client_count;
	while (kept_latency.count + new_latency.count < client_count)
		(void)turn();
	kept_latency.count = 0;
	new_latency.count = 0;
	puts("ready");
	fflush(stdout);
	while (turn())
		;
	return EXIT_SUCCESS;
}
