/*
 * wire_pair.h - a server's wire and a client's wire on one loop, joined by a socket, for tests.
 *
 * The server takes one password and every direct-tcpip channel, and echoes. Tests run the loop
 * with TURN_UNTIL; a deadline fails them where they would hang.
 */
#ifndef TESTS_SUPPORT_WIRE_PAIR_H
#define TESTS_SUPPORT_WIRE_PAIR_H

#include <libssh/server.h>

#include "common/frame.h"
#include "common/wire.h"

enum {
	STREAMS_MAX = 64,
	STREAM_OUT_MAX = FRAME_LEN_MAX,
	STREAM_IN_MAX = 8 * 1024 * 1024, /* the tests' own; the programs' caps are a frame's */
};

struct end;

struct stream {
	struct wire_channel channel;
	struct end *end;
	struct byte_buf in;
	char remark[64];	 /* the last that came for stderr */
	size_t in_before_remark; /* bytes that had come when it did */
	bool is_open;
	int ready_count;
	int closed_count;
};

struct end {
	struct wire wire;
	ssh_session session;
	struct ssh_server_callbacks_struct callbacks;
	struct stream streams[STREAMS_MAX];
	size_t stream_count;
	size_t round_count; /* of the pump */
	int lost_count;
	int closed_count;
	char lost_reason[256];
	uint64_t rekey_bytes; /* client: new keys after so many bytes; 0: libssh's default */
	const char *password; /* client: NULL is the right one */
	int login_result;     /* client: SSH_AUTH_AGAIN until there is one */
	bool is_server;
	bool is_connected; /* client: keys are exchanged */
	bool is_logged_in;
	/* NULL, or a test's own doing in place of the echo; run as wire_channel_events say. */
	void (*on_data)(struct stream *stream, struct byte_view bytes);
	void (*on_ready)(struct stream *stream);
	void (*on_lost)(struct end *end);
};

/* The loop that all ends of a test share, with the deadline. */
struct turns {
	uv_loop_t loop;
	uv_timer_t deadline;
	uv_timer_t pause;
	size_t count;
};

void turns_init(struct turns *turns);

/* One turn of the loop; fails the test after the deadline. */
void turns_take(struct turns *turns);

/* Turns for so long; returns how many there were. For claims that nothing happens. */
size_t turns_for(struct turns *turns, unsigned int time_ms);

/* Closes timers and loop: fails the test if anything is still open. */
void turns_end(struct turns *turns);

#define TURN_UNTIL(turns, condition) \
	while (!(condition))         \
	turns_take(turns)

enum pair_socket { PAIR_TCP, PAIR_UNIX };

/* A connected pair of sockets: the server's, which is non-blocking, and the client's. */
void pair_sockets(enum pair_socket kind, int sockets[2]);

/* Puts a zeroed server's or client's wire on a socket. What wire_init gives. */
int end_start_server(struct end *server, struct turns *turns, int fd);
int end_start_client(struct end *client, struct turns *turns, int fd);

/* Closes the wire and waits for its end: it and its channels must have ended once. */
void end_finish(struct end *end, struct turns *turns);

struct pair {
	struct end server;
	struct end client;
};

/* On the heap, since a pair is large; pair_end frees it. */
struct pair *pair_new(void);

/* Joins both ends by a socket and logs in. */
void pair_start(struct pair *pair, struct turns *turns, enum pair_socket kind);

void pair_end(struct pair *pair, struct turns *turns);

/* A new channel of the client's; open when stream->is_open. */
struct stream *stream_open(struct end *client);

/* Queues len bytes that depend on seed, and kicks. 0 or wire_channel_send's error. */
int stream_send_pattern(struct stream *stream, size_t len, uint8_t seed);

/* True if exactly the bytes of stream_send_pattern came in. */
bool stream_has_pattern(const struct stream *stream, size_t len, uint8_t seed);

#endif
