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
	bool is_opened;	 /* by us: the peer has said yes */
	bool is_refused; /* or no */
	bool is_asked;	 /* for that, or for a command */
	bool is_exec_sent;
	bool is_granted; /* the command */
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

/* What a server says: fake_libssh_client.c, or nobody. */
struct fake_client {
	void (*take)(ssh_session session, int type, uint8_t number, struct byte_view body);
	bool is_greeted;
	bool is_login_sent;
	bool is_question_sent; /* a global request's; its answer is kept until the next is asked */
	bool is_question_denied;
	enum ssh_auth_e login; /* SSH_AUTH_AGAIN: no answer yet */
	char *banner;
	uint32_t last_channel;
	uint8_t host_key_hash[32];
};

struct ssh_session_struct {
	int fd;
	struct fake_client *client; /* NULL: a server's */
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

/* What the peer says of a channel that is open. */
void fake_take_of_channel(ssh_session session, int type, uint8_t number, struct byte_view body);

/* NULL if there is none of that number. */
ssh_channel fake_find(ssh_session session, uint8_t number);

/* Reads once, and takes all that is whole by then. */
void fake_read(ssh_session session);

#endif
