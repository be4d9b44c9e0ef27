#include "common/wire.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

/*
 * Rounds in one run of the pump: enough to batch a burst, few enough that one busy peer does not
 * keep the loop from the others. A round reads 4 KiB at most (libssh).
 */
enum { PUMP_ROUNDS_MAX = 8 };

static void wire_pump(struct wire *wire, bool poll_first);

static void on_polled(uv_poll_t *poll, int status, int events)
{
	struct wire *wire = poll->data;

	(void)status; /* an error shows in libssh's own read */
	(void)events;
	if (!wire->is_closing)
		wire_pump(wire, true);
}

static void on_again(uv_idle_t *idle)
{
	struct wire *wire = idle->data;

	uv_idle_stop(idle);
	if (!wire->is_closing)
		wire_pump(wire, true);
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
	wire->session = NULL;
	wire->events->on_closed(wire);
}

void wire_close(struct wire *wire)
{
	if (wire->is_closing)
		return;
	wire->is_closing = true;
	/* Before libssh closes the descriptor: its number may be somebody else's by then. */
	uv_poll_stop(&wire->poll);
	uv_close((uv_handle_t *)&wire->poll, on_handle_closed);
	uv_close((uv_handle_t *)&wire->again, on_handle_closed);
}

static void wire_lose(struct wire *wire, const char *reason)
{
	if (wire->is_closing)
		return;
	wire->events->on_lost(wire, reason);
	wire_close(wire);
}

int wire_init(struct wire *wire, uv_loop_t *loop, ssh_session session, int fd,
	      int (*begin)(ssh_session), const struct wire_events *events, void *owner)
{
	int err;

	*wire = (struct wire){.loop = loop, .session = session, .events = events, .owner = owner};
	wire->event = ssh_event_new();
	if (wire->event == NULL) {
		ssh_free(session);
		return -ENOMEM;
	}
	ssh_set_blocking(session, 0);
	/* The session's poll handle exists only after this first call, hence the order. */
	wire->is_pumping = true;
	if (begin(session) == SSH_ERROR || ssh_event_add_session(wire->event, session) != SSH_OK) {
		err = -ECONNABORTED;
		goto fail;
	}
	wire->is_pumping = false;
	err = uv_poll_init(loop, &wire->poll, fd);
	if (err < 0) {
		ssh_event_remove_session(wire->event, session);
		goto fail;
	}
	wire->poll.data = wire;
	uv_idle_init(loop, &wire->again);
	wire->again.data = wire;
	wire->open_handles = 2;
	wire->poll_mask = UV_READABLE;
	uv_poll_start(&wire->poll, wire->poll_mask, on_polled);
	/* Channel work may be waiting already, and libssh may have read ahead. */
	uv_idle_start(&wire->again, on_again);
	return 0;
fail:
	ssh_event_free(wire->event);
	ssh_free(session);
	return err;
}

static bool wire_round(struct wire *wire)
{
	bool has_sent = false;
	struct wire_channel *next;

	if (wire->events->on_round != NULL)
		has_sent = wire->events->on_round(wire);
	for (struct wire_channel *channel = wire->channels; channel != NULL; channel = next) {
		/*
		 * libssh calls below may attach channels, but only at the head of the list, and none but
		 * this one is taken out of it: the successor read now stays good.
		 */
		next = channel->next;
		if (wire_channel_round(channel))
			has_sent = true;
	}
	return has_sent;
}

static bool wire_has_work(const struct wire *wire)
{
	for (const struct wire_channel *c = wire->channels; c != NULL; c = c->next) {
		if (wire_channel_has_work(c))
			return true;
	}
	return false;
}

static void wire_watch(struct wire *wire)
{
	int mask = UV_READABLE;

	if (wire->is_blocked)
		mask = UV_WRITABLE;
	else if ((ssh_get_poll_flags(wire->session) & SSH_WRITE_PENDING) != 0)
		mask |= UV_WRITABLE;
	if (mask == wire->poll_mask)
		return;
	wire->poll_mask = mask;
	uv_poll_start(&wire->poll, mask, on_polled);
}

/* Rounds until nothing more is sent, the socket is full or the peer had its share. */
static int wire_rounds(struct wire *wire, bool poll_first)
{
	bool has_sent = true;

	for (int round = 0; round < PUMP_ROUNDS_MAX && has_sent; round++) {
		if (poll_first && ssh_event_dopoll(wire->event, 0) == SSH_ERROR)
			return -ECONNRESET;
		if (wire->violation != NULL)
			return -EPROTO;
		/*
		 * Still set after a poll: the kernel takes no more. libssh would buffer without end,
		 * so nothing is added, and nothing is read either, until the peer reads.
		 */
		wire->is_blocked =
			poll_first && (ssh_get_poll_flags(wire->session) & SSH_WRITE_PENDING) != 0;
		if (wire->is_blocked)
			break;
		has_sent = wire_round(wire);
		if (wire->is_closing)
			return 0;
		/* The poll after a write clears libssh's wish for POLLOUT, and spares a wake-up. */
		poll_first = true;
	}
	if ((ssh_get_status(wire->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0)
		return -ECONNRESET;
	return 0;
}

static void wire_pump(struct wire *wire, bool poll_first)
{
	int err;

	if (wire->is_pumping || wire->is_paused)
		return;
	wire->is_pumping = true;
	err = wire_rounds(wire, poll_first);
	wire->is_pumping = false;
	if (wire->is_closing)
		return;
	if (wire->violation != NULL) {
		wire_lose(wire, wire->violation);
	} else if (err < 0) {
		wire_lose(wire, ssh_get_error(wire->session));
	} else if (!wire->is_paused) {
		if (!wire->is_blocked && wire_has_work(wire))
			uv_idle_start(&wire->again, on_again);
		wire_watch(wire);
	}
}

void wire_kick(struct wire *wire)
{
	if (!wire->is_closing)
		wire_pump(wire, wire->is_blocked);
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
	uv_idle_start(&wire->again, on_again); /* libssh may hold input it has read already */
}

void wire_violate(struct wire *wire, const char *reason)
{
	if (wire->violation == NULL)
		wire->violation = reason;
}
