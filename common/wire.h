/*
 * wire.h - one SSH session (libssh) on a libuv loop, and its channels as byte streams.
 *
 * Used by both ends of a link. libssh is driven from one place, the pump, which runs when the
 * socket is ready and when the owner has queued something (wire_kick). The rule that keeps it
 * sound: libssh's callbacks may fire inside *any* libssh call, so what runs inside them only
 * copies bytes and sets flags; everything else happens in the pump's rounds, outside of them.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <uv.h>

#include "common/wire_channel.h"
#include "common/wire_turns.h"

struct wire_events {
	/*
	 * Once a round of the pump, before the channels: the place for the owner's own libssh calls
	 * (connect, login, opening channels). Returns true for another round at once. May be NULL.
	 */
	bool (*on_round)(struct wire *wire);
	/*
	 * The session has ended by itself: the peer left, broke the protocol or a rule. Called at
	 * most once, from the loop; wire_close begins when it returns. reason is for the log; it may
	 * hold the peer's own words.
	 */
	void (*on_lost)(struct wire *wire, const char *reason);
	/* All is closed and given back; the owner may free the memory. The last event. */
	void (*on_closed)(struct wire *wire);
};

struct wire {
	uv_loop_t *loop;
	uv_poll_t poll;
	int poll_fd; /* owned: a duplicate of the session's, for the loop */
	int poll_mask;
	uint64_t pump_began_ns;
	uv_idle_t again; /* another pump run is due although the socket stays silent */
	int open_handles;
	ssh_session session; /* owned; it owns the socket */
	ssh_event event;
	struct ssh_counter_struct socket_counter; /* kept by libssh */
	struct ssh_counter_struct packet_counter;
	uint64_t packets_at_empty; /* sent when last nothing waited for the peer to read */
	struct wire_channel *channels;
	size_t channel_count;
	struct wire_turn turn;
	const struct wire_events *events;
	void *owner;
	const char *violation; /* set by wire_violate, acted on by the pump */
	bool is_pumping;
	bool is_kicked;	  /* from within the pump: another round is due */
	bool is_poll_due; /* the next run of the pump begins with a look at the socket */
	bool is_corked;	 /* the kernel keeps what is sent until it is told, or has a full segment */
	bool is_blocked; /* the socket takes no more for now */
	bool has_failed;
	bool is_paused;
	bool is_closing;
};

/*
 * Takes over session (freed with the wire, its socket with it), already given its connected,
 * non-blocking socket fd; makes the first call of its key exchange: begin is ssh_connect for a
 * client, ssh_handle_key_exchange for a server. events and owner outlive the wire.
 *
 * 0, and on_closed will come once. On a negative errno the session has been freed and no event
 * comes.
 */
int wire_init(struct wire *wire, uv_loop_t *loop, ssh_session session, int fd,
	      int (*begin)(ssh_session), const struct wire_events *events, void *owner);

/* Before the loop goes on: the wire takes part in these turns, as a stranger until wire_turn_join. */
void wire_take_turns(struct wire *wire, struct wire_turns *turns);

/*
 * Has the pump run before the loop waits again: to be called when something has been queued. Not
 * at once, so that all that one turn of the loop brings leaves in one piece: a packet sent by
 * itself costs more than everything else that is done for it. No event comes before it returns.
 */
void wire_kick(struct wire *wire);

/* Stops and resumes all traffic, for instance to slow down one who guesses tokens. May be called
 * inside libssh callbacks. */
void wire_pause(struct wire *wire);
void wire_resume(struct wire *wire);

/*
 * To be called from libssh callbacks or on_round: the peer broke a rule, the session ends after
 * this round. What libssh has queued is sent first if the socket takes it; libssh may read once
 * more to do so, hence the owner's callbacks may be called once more, but on_data is not. reason
 * must be a constant.
 */
void wire_violate(struct wire *wire, const char *reason);

/*
 * To be called from the loop, outside of libssh: the session is given up, for this reason; on_lost comes before it
 * returns, unless it is closing already.
 */
void wire_lose(struct wire *wire, const char *reason);

/* Starts closing, without a word to the peer; idempotent. Channels end with on_closed. */
void wire_close(struct wire *wire);

/* For channels: true if libssh holds bytes that the socket has not taken. */
bool wire_has_unsent(const struct wire *wire);

/* For channels: what is sent in this run of the pump leaves at its end, in one piece. */
void wire_cork(struct wire *wire);

#endif
