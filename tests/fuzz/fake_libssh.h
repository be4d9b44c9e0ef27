/*
 * fake_libssh.h - a link without cryptography: what libssh is to the daemon, over a stream of plain messages.
 *
 * fake_libssh_calls.c has the functions of libssh that common/wire*.c and the daemon call, as far as libssh 0.10 does
 * what they rely on: callbacks from within any call that reads, windows, packets that wait for a full
 * socket, nothing taken while keys are exchanged. It ends the program where they break a rule of libssh's: a
 * call from within a callback, a write beyond the window or to a channel that is closed, a channel opened for
 * who is not logged in.
 *
 * A message: type, channel (the peer's number for it), length (big endian, 4 bytes), body.
 */
#ifndef TESTS_FUZZ_FAKE_LIBSSH_H
#define TESTS_FUZZ_FAKE_LIBSSH_H

#include "common/bytes.h"

enum {
	FAKE_HEADER_LEN = 6,
	FAKE_BODY_MAX = 64 * 1024,
	FAKE_CHANNELS_MAX = 256,
};

/* What a peer says. */
enum fake_request {
	FAKE_NONE,     /* a login with nothing; the body is the user's name */
	FAKE_PASSWORD, /* the body is the password */
	FAKE_GSSAPI,
	FAKE_OPEN,   /* window, packet size, then kind (as for SSH_CHANNEL_...): uint32;
			destination and originator: strings */
	FAKE_GLOBAL, /* any other message that is to be answered */
	FAKE_EXEC,   /* the body is the command */
	FAKE_DATA,
	FAKE_STDERR,
	FAKE_WINDOW, /* uint32: so much more */
	FAKE_EOF,
	FAKE_CLOSE,
	FAKE_KEYS, /* a key exchange begins; or ends, if the body is not empty */
	FAKE_WITHIN, /* from now on what comes is read within other calls, too; or no more, if the body is not empty */
	FAKE_DISCONNECT,
};

/* What the daemon says; to a shim, also FAKE_DATA to FAKE_DISCONNECT. */
enum fake_answer {
	FAKE_LET_IN = 64,
	FAKE_KEPT_OUT,
	FAKE_BANNER,
	FAKE_OPENED,
	FAKE_REFUSED, /* a channel, or what was asked of it */
	FAKE_DONE,    /* the same, granted */
	FAKE_SENT,    /* data */
	FAKE_SAID,    /* on stderr */
	FAKE_STATUS,
	FAKE_CLOSED,
	FAKE_HELLO,  /* the hash of the host key: keys are exchanged */
	FAKE_DENIED, /* any other message */
};

/* Appends a message. */
void fake_put(struct byte_buf *out, int type, uint8_t channel, struct byte_view body);

/* Takes the first whole message off *stream; false if there is none. */
bool fake_take(struct byte_view *stream, int *type, uint8_t *channel, struct byte_view *body);

#endif
