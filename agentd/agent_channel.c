#include "agentd/agent_channel.h"

#include <stdlib.h>
#include <string.h>

#include "agentd/inbox.h"
#include "agentd/open_request.h"
#include "common/frame.h"

/* One reply at a time is queued, and the failure that ends a connection. */
enum { AGENT_CHANNEL_OUT_MAX = FRAME_LEN_MAX + 64 };

struct agent_channel {
	struct wire_channel channel;
	struct relay *relay;
	bool listens; /* to why requests fail */
};

static void on_data(struct wire_channel *channel, struct byte_view bytes)
{
	struct agent_channel *agent = channel->owner;
	int err = relay_input(agent->relay, bytes);

	if (err != 0)
		wire_violate(channel->wire, inbox_fault(err));
}

static void on_ready(struct wire_channel *channel)
{
	struct agent_channel *agent = channel->owner;

	if (channel->is_eof)
		relay_end_input(agent->relay);
	if (wire_channel_pending(channel) == 0)
		relay_run(agent->relay);
}

static void on_closed(struct wire_channel *channel)
{
	struct agent_channel *agent = channel->owner;

	relay_close(agent->relay);
	free(agent);
}

static const struct wire_channel_events agent_channel_events = {
	.on_data = on_data,
	.on_ready = on_ready,
	.on_closed = on_closed,
};

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct agent_channel *agent = relay_owner(relay);

	if (wire_channel_send(&agent->channel, frame) != 0)
		wire_channel_abort(&agent->channel);
	wire_kick(agent->channel.wire);
}

/* An ssh that forwards a socket would complain of it. */
static void on_excused(struct relay *relay, const char *reason)
{
	struct agent_channel *agent = relay_owner(relay);

	if (agent->listens)
		wire_channel_remark(&agent->channel, reason);
}

static void on_ended(struct relay *relay)
{
	struct agent_channel *agent = relay_owner(relay);

	wire_channel_finish(&agent->channel, -1);
	wire_kick(agent->channel.wire);
}

static const struct relay_events agent_relay_events = {
	.on_replied = on_replied,
	.on_excused = on_excused,
	.on_ended = on_ended,
};

bool agent_channel_open(struct link *link, ssh_message message, struct source *source)
{
	struct agent_channel *agent = calloc(1, sizeof(*agent));
	const char *originator = ssh_message_channel_request_open_originator(message);
	ssh_channel ssh;

	if (agent == NULL)
		return false;
	agent->listens = originator != NULL && strcmp(originator, WIRE_ORIGINATOR_LISTENS) == 0;
	agent->relay =
		relay_new(&link->front->relays, source, &link->grant, &agent_relay_events, agent);
	if (agent->relay == NULL) {
		free(agent);
		return false;
	}
	ssh = open_request_accept(&link->wire, message);
	if (ssh == NULL) {
		relay_close(agent->relay);
		free(agent);
		return false;
	}
	wire_channel_attach(&agent->channel, &link->wire, ssh, AGENT_CHANNEL_OUT_MAX,
			    &agent_channel_events, agent);
	return true;
}
