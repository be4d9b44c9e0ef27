/*
 * fake_session.h - what fake_libssh.c takes from peers, and fake_libssh_calls.c gives the daemon, in the place of
 * libssh (fake_libssh.h).
 */
#ifndef TESTS_FUZZ_FAKE_SESSION_H
#define TESTS_FUZZ_FAKE_SESSION_H

#include <libssh/callbacks.h>
#include <libssh/server.h>
#include <sys/queue.h>

#include "tests/fuzz/fake_libssh.h"

enum {
	FAKE_READ_LEN = 4096, /* in one go, as libssh's poll */
	FAKE_UNSENT_MAX = 4 * 1024 * 1024,
};

/* The first fields stand as in libssh 0.10: agentd/open_request.c reads them there. */
struct ssh_channel_struct {
	ssh_session session;
	uint32_t local_channel;
	uint32_t local_window;
	int local_eof;
	uint32_t local_maxpacket;
	uint32_t remote_channel;
	uint32_t remote_window;
	int remote_eof;
	uint32_t remote_maxpacket;
	ssh_channel_callbacks callbacks;
	bool is_closed;
	bool is_closed_by_peer;
	LIST_ENTRY(ssh_channel_struct) entry;
};

struct ssh_message_struct {
	ssh_session session;
	int type;
	int subtype;
	uint8_t number;
	uint32_t window;
	uint32_t packet_size;
	char *destination;
	char *originator;
	ssh_channel accepted;
};

struct ssh_session_struct {
	int fd;
	ssh_server_callbacks callbacks;
	ssh_message_callback on_message;
	void *on_message_data;
	ssh_counter socket_counter;
	ssh_counter packet_counter;
	struct byte_buf in;
	struct byte_buf out;
	LIST_HEAD(, ssh_channel_struct) channels;
	unsigned callback_depth;
	bool is_logged_in;
	bool is_exchanging_keys;
	bool reads_within;
	bool wants_to_write; /* the socket was full */
	bool is_closed;
};

struct ssh_bind_struct {
	int option_count;
};

struct ssh_event_struct {
	ssh_session session;
};

/* Callbacks of ours copy bytes and set flags, and call nothing of libssh's but what answers. */
void fake_not_in_callback(ssh_session session);

/* Queues a message. */
void fake_say(ssh_session session, int type, uint32_t channel, struct byte_view body);
void fake_say_nothing(ssh_session session, int type, uint32_t channel);

/* Sends what the socket takes. */
void fake_flush(ssh_session session);

/* Reads once, and takes all that is whole by then. */
void fake_read(ssh_session session);

#endif
