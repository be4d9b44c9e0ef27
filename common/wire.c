#include "common/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum {
	/*
	 * Rounds in one run of the pump: enough to batch a burst and to send a message of 256 KiB,
	 * few enough that one busy peer does not keep the loop from the others.
	 */
	PUMP_ROUNDS_MAX = 8,
	/* And no longer than this: a peer may have hundreds of channels, each with work in every round. */
	PUMP_NS_MAX = 500 * 1000,
	/* What libssh reads in one poll. */
	POLL_READ_LEN = 4096,
	/*
	 * Packets that may wait for a peer that takes none before nothing more is read from it:
	 * libssh answers some of what comes by itself, and keeps the answers without limit.
	 */
	UNSENT_PACKETS_MAX = 1024,
};

static void wire_come(struct wire *wire);

static void on_polled(uv_poll_t *poll, int status, int events)
{
	struct wire *wire = poll->data;

	(void)events;
	if (wire->is_closing)
		return;
	/* libuv stops a poll that failed, but libssh may have a lot to read before it sees why. */
	if (status < 0)
		wire->poll_mask = 0;
	wire->is_poll_due = true;
	wire_come(wire);
}

static void on_again(uv_idle_t *idle)
{
	struct wire *wire = idle->data;

	uv_idle_stop(idle);
	if (!wire->is_closing)
		wire_come(wire);
}

/* Another run of the pump in the next turn of the loop. */
static void wire_pump_again(struct wire *wire)
{
	wire->is_poll_due = true;
	uv_idle_start(&wire->again, on_again);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct wire *wire = handle->data;

	if (--wire->open_handles > 0)
		return;
	while (wire->channels != NULL)
		wire_channel_reap(wire->channels);
	ssh_event_remove_session(wire->event, wire->session);
	ssh_event_free(wire->event);
	ssh_free(wire->session); /* closes the socket */
	close(wire->poll_fd);
	wire->session = NULL;
	wire->events->on_closed(wire);
}

void wire_close(struct wire *wire)
{
	if (wire->is_closing)
		return;
	wire->is_closing = true;
	wire_turn_leave(&wire->turn);
	uv_close((uv_handle_t *)&wire->poll, on_handle_closed);
	uv_close((uv_handle_t *)&wire->again, on_handle_closed);
}

void wire_lose(struct wire *wire, const char *reason)
{
	if (wire->is_closing)
		return;
	wire->events->on_lost(wire, reason);
	wire_close(wire);
}

int wire_init(struct wire *wire, uv_loop_t *loop, ssh_session session, int fd,
	      int (*begin)(ssh_session), const struct wire_events *events, void *owner)
{
	int err = -ECONNABORTED;

	*wire = (struct wire){.loop = loop, .session = session, .events = events, .owner = owner};
	/*
	 * libssh closes its descriptor when it sees fit, in the midst of its calls, and the number
	 * may be somebody else's before we hear of it: the loop gets one of its own.
	 */
	wire->poll_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	wire->event = ssh_event_new();
	if (wire->poll_fd < 0 || wire->event == NULL) {
		err = wire->poll_fd < 0 ? -errno : -ENOMEM;
		goto fail;
	}
	ssh_set_blocking(session, 0);
	ssh_set_counters(session, &wire->socket_counter, &wire->packet_counter);
	/* The session's poll handle exists only after this first call, hence the order. */
	wire->is_pumping = true;
	if (begin(session) == SSH_ERROR || ssh_event_add_session(wire->event, session) != SSH_OK)
		goto fail;
	wire->is_pumping = false;
	/* It also makes the socket non-blocking again: libssh's connect undoes that. */
	err = uv_poll_init(loop, &wire->poll, wire->poll_fd);
	if (err < 0)
		goto fail;
	wire->poll.data = wire;
	uv_idle_init(loop, &wire->again);
	wire->again.data = wire;
	wire->open_handles = 2;
	wire->poll_mask = UV_READABLE;
	uv_poll_start(&wire->poll, wire->poll_mask, on_polled);
	/* Channel work may be waiting already, and libssh may have read ahead. */
	wire_pump_again(wire);
	return 0;
fail:
	ssh_event_free(wire->event); /* gives the poll handle back to the session */
	ssh_free(session);
	if (wire->poll_fd >= 0)
		close(wire->poll_fd);
	return err;
}

bool wire_has_unsent(const struct wire *wire)
{
	return (ssh_get_status(wire->session) & SSH_WRITE_PENDING) != 0;
}

static bool wire_is_dead(const struct wire *wire)
{
	return wire->has_failed || wire->violation != NULL ||
	       (ssh_get_status(wire->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

static bool wire_is_stopped(const struct wire *wire)
{
	return wire->is_closing || wire->is_paused || wire_is_dead(wire);
}

/* True if so much waits for the peer to read it that nothing more is read from the peer. */
static bool wire_is_glutted(const struct wire *wire)
{
	return wire_has_unsent(wire) &&
	       wire->packet_counter.out_packets - wire->packets_at_empty > UNSENT_PACKETS_MAX;
}

/* libssh sends every packet by itself. No error matters: a socket that is not TCP has no cork. */
static void wire_set_cork(struct wire *wire, bool is_corked)
{
	const int value = is_corked;

	if (wire->is_corked != is_corked)
		(void)setsockopt(wire->poll_fd, IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
	wire->is_corked = is_corked;
}

void wire_cork(struct wire *wire)
{
	wire_set_cork(wire, true);
}

/* Lets libssh read, once, and send what it holds. */
static void wire_poll(struct wire *wire)
{
	bool was_asked = (ssh_get_poll_flags(wire->session) & SSH_WRITE_PENDING) != 0;
	bool has_unsent;

	if (ssh_event_dopoll(wire->event, 0) == SSH_ERROR)
		wire->has_failed = true;
	/*
	 * Bytes are left although libssh asked whether it may write: the kernel takes no more.
	 * libssh would buffer without end, so the channels give it nothing until it has sent them.
	 * (Its wish to write says nothing: it outlives a poll that also read.)
	 */
	has_unsent = wire_has_unsent(wire);
	wire->is_blocked = was_asked && has_unsent;
	if (!has_unsent)
		wire->packets_at_empty = wire->packet_counter.out_packets;
}

/* True if more than one channel has work. */
static bool wire_is_busy(const struct wire *wire)
{
	bool is_one = false;

	for (const struct wire_channel *c = wire->channels; c != NULL; c = c->next) {
		if (!wire_channel_has_work(c))
			continue;
		if (is_one)
			return true;
		is_one = true;
	}
	return false;
}

/* So that those who had no turn are the first of the next round. */
static void wire_begin_with(struct wire *wire, struct wire_channel *first)
{
	struct wire_channel **end = &wire->channels;
	struct wire_channel *head = wire->channels;

	if (head == first) /* those before it are gone */
		return;
	while (*end != first)
		end = &(*end)->next;
	*end = NULL;
	wire->channels = first;
	for (end = &wire->channels; *end != NULL;)
		end = &(*end)->next;
	*end = head;
}

static bool wire_is_over_time(const struct wire *wire)
{
	return uv_hrtime() - wire->pump_began_ns > PUMP_NS_MAX;
}

/*
 * What the owner and the channels have to do. True if libssh read something meanwhile, as calls
 * that send do: it may be news for the owner or for channels that have had their turn.
 */
static bool wire_round(struct wire *wire, bool *wants_more)
{
	uint64_t read_before = wire->socket_counter.in_bytes;
	struct wire_channel *next;

	if (wire_is_busy(wire))
		wire_cork(wire);
	*wants_more = wire->events->on_round != NULL && wire->events->on_round(wire);
	wire->is_kicked = false; /* so far, for what comes below */
	for (struct wire_channel *channel = wire->channels; channel != NULL; channel = next) {
		if (wire_is_stopped(wire))
			return false;
		/*
		 * libssh calls below may attach channels, but only at the head of the list, and none but
		 * this one is taken out of it: the successor read now stays good.
		 */
		next = channel->next;
		if (!wire_channel_has_work(channel))
			continue;
		wire_channel_round(channel);
		if (next != NULL && wire_is_over_time(wire)) {
			wire_begin_with(wire, next);
			return true;
		}
	}
	return wire->socket_counter.in_bytes != read_before;
}

static bool wire_has_work(const struct wire *wire)
{
	for (const struct wire_channel *c = wire->channels; c != NULL; c = c->next) {
		if (wire_channel_has_work(c))
			return true;
	}
	return false;
}

/* Rounds until all is done, the socket is full or the peer had its share. True in the last case,
 * if the socket may not tell that there is more to do. */
static bool wire_rounds(struct wire *wire)
{
	bool is_poll_due = wire->is_poll_due;
	bool has_news = false;

	for (int round = 0; round < PUMP_ROUNDS_MAX && !wire_is_over_time(wire); round++) {
		uint64_t read_before = wire->socket_counter.in_bytes;
		bool wants_more = false;

		if (is_poll_due)
			wire_poll(wire);
		if (wire_is_stopped(wire))
			return false;
		/* A full read: there may be more. */
		is_poll_due = wire->socket_counter.in_bytes - read_before >= POLL_READ_LEN &&
			      !wire_is_glutted(wire);
		has_news = false;
		if (!wire->is_blocked) {
			has_news = wire_round(wire, &wants_more);
			if (wire_is_stopped(wire))
				return false;
			is_poll_due |= has_news || wire_has_unsent(wire);
			has_news |= wire->is_kicked || wire_has_work(wire);
		}
		if (!is_poll_due && !has_news && !wants_more)
			return false;
	}
	return has_news;
}

static void wire_watch(struct wire *wire)
{
	int mask = UV_READABLE;

	/* Reading goes on, or two ends that both wait to write would wait for ever. */
	if (wire_has_unsent(wire))
		mask = wire_is_glutted(wire) ? UV_WRITABLE : UV_READABLE | UV_WRITABLE;
	if (mask == wire->poll_mask)
		return;
	wire->poll_mask = mask;
	uv_poll_start(&wire->poll, mask, on_polled);
}

static void wire_pump(struct wire *wire)
{
	bool is_unfinished;

	wire->pump_began_ns = uv_hrtime();
	if (wire->is_paused)
		return;
	uv_idle_stop(&wire->again); /* what it was to do is done now */
	wire->is_pumping = true;
	is_unfinished = wire_rounds(wire);
	wire->is_poll_due = false;
	/* The last words, such as why a login was refused. */
	if (wire->violation != NULL && wire_has_unsent(wire))
		wire_poll(wire);
	wire_set_cork(wire, false);
	wire->is_pumping = false;
	if (wire->is_closing)
		return;
	if (wire_is_dead(wire)) {
		wire_lose(wire,
			  wire->violation != NULL ? wire->violation : ssh_get_error(wire->session));
	} else if (!wire->is_paused) {
		if (is_unfinished)
			wire_pump_again(wire);
		wire_watch(wire);
	}
}

static void wire_run(struct wire *wire)
{
	wire_pump(wire);
	if (wire->turn.turns != NULL)
		wire_turn_use(&wire->turn, uv_hrtime() - wire->pump_began_ns);
}

static void wire_come(struct wire *wire)
{
	if (wire->turn.turns == NULL || wire_turn_ask(&wire->turn)) {
		wire_run(wire);
	} else if (wire->poll_mask != 0) {
		/* It is known that there is something to read: no need to hear it in every turn. */
		uv_poll_stop(&wire->poll);
		wire->poll_mask = 0;
	}
}

static void on_turn(struct wire_turn *turn)
{
	wire_run(turn->owner);
}

void wire_take_turns(struct wire *wire, struct wire_turns *turns)
{
	wire_turn_init(&wire->turn, turns, on_turn, wire);
}

void wire_kick(struct wire *wire)
{
	if (wire->is_pumping)
		wire->is_kicked = true;
	/* When blocked, the socket will call. */
	else if (!wire->is_closing && !wire->is_paused && !wire->is_blocked)
		uv_idle_start(&wire->again, on_again);
}

void wire_pause(struct wire *wire)
{
	if (wire->is_closing || wire->is_paused)
		return;
	wire->is_paused = true;
	uv_poll_stop(&wire->poll);
	uv_idle_stop(&wire->again);
}

void wire_resume(struct wire *wire)
{
	if (wire->is_closing || !wire->is_paused)
		return;
	wire->is_paused = false;
	wire->poll_mask = UV_READABLE;
	uv_poll_start(&wire->poll, wire->poll_mask, on_polled);
	wire_pump_again(wire); /* whatever was cut short */
}

void wire_violate(struct wire *wire, const char *reason)
{
	if (wire->violation == NULL)
		wire->violation = reason;
}
