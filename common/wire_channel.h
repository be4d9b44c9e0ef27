/*
 * wire_channel.h - one SSH channel of a wire, as a byte stream.
 *
 * Output is queued here and flushed by the wire's pump as the peer's window allows; input is
 * handed on as it comes. libssh enforces no limits of its own on either side, so both are capped
 * here: output by out_max, input by whoever takes it in on_data.
 */
#ifndef COMMON_WIRE_CHANNEL_H
#define COMMON_WIRE_CHANNEL_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "common/bytes.h"

struct wire;
struct wire_channel;

enum { WIRE_REASON_MAX = 256 };

/* The originator (RFC 4254 section 7.2) of agent connections whose peer wants to be told why requests fail. */
#define WIRE_ORIGINATOR_LISTENS "ssh-shim"

struct wire_channel_events {
	/*
	 * Bytes from the peer. Runs inside libssh: take a copy, or call wire_violate; nothing else.
	 * All of them must be taken, since libssh would hoard what is left.
	 */
	void (*on_data)(struct wire_channel *channel, struct byte_view bytes);
	/* The same for what the peer's command wrote to stderr. NULL throws it away. */
	void (*on_stderr)(struct wire_channel *channel, struct byte_view bytes);
	/*
	 * The peer asks to run a command on a session channel. Runs inside libssh: copy and return
	 * 0, or nonzero to refuse. NULL refuses.
	 */
	int (*on_exec)(struct wire_channel *channel, const char *command);
	/*
	 * In a round of the pump, whenever data, end of data or an exec request has come since the
	 * last time, and whenever output has been flushed: the place to do the work.
	 */
	void (*on_ready)(struct wire_channel *channel);
	/* The channel is gone, and libssh's part of it freed; the last event. */
	void (*on_closed)(struct wire_channel *channel);
};

struct wire_channel {
	struct wire *wire;
	struct wire_channel *next;
	ssh_channel ssh;
	struct ssh_channel_callbacks_struct callbacks;
	struct byte_buf out;
	struct byte_view lent; /* goes out behind it */
	size_t out_sent;       /* bytes of out already given to libssh */
	char *remark;	       /* for the peer's stderr, ahead of out */
	char *reason;	       /* the same, at the end */
	const struct wire_channel_events *events;
	void *owner;
	uint64_t stalled_at;  /* bytes read from the socket when libssh last took nothing */
	int exit_status;      /* sent at the end when not negative */
	int peer_exit_status; /* of the peer's command; negative: not told */
	bool has_news;	      /* on_ready is due */
	bool is_eof;	      /* the peer will send no more */
	bool is_finishing;    /* close once out is flushed */
	bool is_ending;	      /* closing; from now on input is thrown away */
	bool is_close_sent;
	bool is_closed_by_peer;
};

/*
 * Makes ssh, a channel of wire's session that is open or about to be, a stream; takes it over.
 * May be called inside libssh callbacks. Output is capped at out_max bytes.
 */
void wire_channel_attach(struct wire_channel *channel, struct wire *wire, ssh_channel ssh,
			 size_t out_max, const struct wire_channel_events *events, void *owner);

/*
 * Queues bytes for the peer; they leave in the pump's rounds as the peer's window allows. Call
 * wire_kick when outside the pump. 0, -EMSGSIZE over out_max, -EPIPE if the channel is ending.
 */
int wire_channel_send(struct wire_channel *channel, struct byte_view bytes);

/*
 * The same without a copy: the bytes are the caller's, and stay as they are until none is pending, or
 * on_closed. One loan at a time; out_max does not matter. 0, or -EPIPE if the channel is ending.
 */
int wire_channel_lend(struct wire_channel *channel, struct byte_view bytes);

/*
 * A text for the peer's stderr, cut to WIRE_REASON_MAX; leaves before what is queued next. There is one
 * at most, the latest; it is lost where memory or the peer's window have no room for it.
 */
void wire_channel_remark(struct wire_channel *channel, const char *text);

/* Bytes queued and not yet taken by libssh. */
size_t wire_channel_pending(const struct wire_channel *channel);

/* Closes the channel when all output has left; exit_status >= 0 is reported to the peer first. */
void wire_channel_finish(struct wire_channel *channel, int exit_status);

/* The same with exit status 1 and a reason, cut to WIRE_REASON_MAX, on the peer's stderr. */
void wire_channel_fail(struct wire_channel *channel, const char *reason);

/* Closes the channel in the next round, dropping queued output. */
void wire_channel_abort(struct wire_channel *channel);

/* For the wire's pump alone. One channel's share of a round; it may be gone afterwards. */
void wire_channel_round(struct wire_channel *channel);

/* For the wire alone: true if the next round has something to do here. */
bool wire_channel_has_work(const struct wire_channel *channel);

/* For the wire alone: takes the channel out of the wire, frees libssh's part, ends with on_closed. */
void wire_channel_reap(struct wire_channel *channel);

#endif
