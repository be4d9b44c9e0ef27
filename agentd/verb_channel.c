#include "agentd/verb_channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/offer.h"
#include "agentd/open_request.h"
#include "agentd/secret_transfer.h"
#include "agentd/waiting.h"
#include "common/log.h"

enum { VERB_COMMAND_MAX = 256 };

struct verb_channel {
	struct wire_channel channel;
	struct link *link;
	struct offer *offer; /* while one is being put together */
	struct secret_transfer *transfer;
	char command[VERB_COMMAND_MAX];
	bool is_asked;
	bool is_begun;
};

static void on_offered(void *owner, struct byte_view text)
{
	struct verb_channel *verb = owner;

	verb->offer = NULL;
	if (wire_channel_send(&verb->channel, text) != 0)
		wire_channel_fail(&verb->channel, "the offer is too long to send\n");
	else
		wire_channel_finish(&verb->channel, 0);
	wire_kick(verb->channel.wire);
}

static void verb_ping(struct verb_channel *verb)
{
	if (wire_channel_send(&verb->channel, view_of("pong 1\n")) == 0)
		wire_channel_finish(&verb->channel, 0);
}

static void verb_offer(struct verb_channel *verb)
{
	verb->offer = offer_new(verb->link->front, &verb->link->grant, on_offered, verb);
	if (verb->offer == NULL)
		wire_channel_fail(&verb->channel, "the daemon is out of memory\n");
}

static void verb_waiting(struct verb_channel *verb)
{
	struct byte_buf text;

	byte_buf_init(&text, WAITING_LEN_MAX);
	waiting_put(&verb->link->front->relays, &verb->link->grant, uv_hrtime(), &text);
	byte_buf_printf(&text, "end\n");
	if (byte_buf_status(&text) == 0 &&
	    wire_channel_send(&verb->channel, byte_buf_view(&text)) == 0)
		wire_channel_finish(&verb->channel, 0);
	else
		wire_channel_fail(&verb->channel, "the daemon is out of memory\n");
	byte_buf_deinit(&text);
}

static void verb_secret(struct verb_channel *verb)
{
	const char *words = verb->command + strcspn(verb->command, " ");

	verb->transfer =
		secret_transfer_new(verb->link, &verb->channel, *words == ' ' ? words + 1 : words);
}

static const struct {
	const char *name;
	void (*run)(struct verb_channel *verb);
	bool takes_words;
} verbs[] = {
	{"ping", verb_ping, false},
	{"offer", verb_offer, false},
	{"secret", verb_secret, true},
	{"waiting", verb_waiting, false},
};

static void verb_run(struct verb_channel *verb)
{
	char escaped[LOG_ESCAPED_MAX];
	char reason[WIRE_REASON_MAX + 64];

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t len =
			verbs[i].takes_words ? strcspn(verb->command, " ") : strlen(verb->command);

		if (len == strlen(verbs[i].name) &&
		    memcmp(verb->command, verbs[i].name, len) == 0) {
			verbs[i].run(verb);
			return;
		}
	}
	snprintf(reason, sizeof(reason), "ssh-forward-agentd: no such verb: %.100s\n",
		 log_escape(view_of(verb->command), escaped));
	wire_channel_fail(&verb->channel, reason);
}

static void on_data(struct wire_channel *channel, struct byte_view bytes)
{
	(void)channel; /* no verb takes input yet; it is thrown away */
	(void)bytes;
}

static int on_exec(struct wire_channel *channel, const char *command)
{
	struct verb_channel *verb = channel->owner;

	if (verb->is_asked)
		return -EBUSY; /* one verb a channel */
	verb->is_asked = true;
	/* Cut if too long: then it is no verb of ours, and says so. */
	snprintf(verb->command, sizeof(verb->command), "%s", command);
	return 0;
}

static void on_ready(struct wire_channel *channel)
{
	struct verb_channel *verb = channel->owner;

	if (verb->is_asked && !verb->is_begun) {
		verb->is_begun = true;
		verb_run(verb);
	} else if (verb->transfer != NULL) {
		secret_transfer_resume(verb->transfer);
	}
}

static void on_closed(struct wire_channel *channel)
{
	struct verb_channel *verb = channel->owner;

	if (verb->offer != NULL)
		offer_cancel(verb->offer);
	if (verb->transfer != NULL)
		secret_transfer_close(verb->transfer);
	free(verb);
}

static const struct wire_channel_events verb_channel_events = {
	.on_data = on_data,
	.on_exec = on_exec,
	.on_ready = on_ready,
	.on_closed = on_closed,
};

bool verb_channel_open(struct link *link, ssh_message message)
{
	struct verb_channel *verb = calloc(1, sizeof(*verb));
	ssh_channel ssh;

	if (verb == NULL)
		return false;
	verb->link = link;
	ssh = open_request_accept(&link->wire, message);
	if (ssh == NULL) {
		free(verb);
		return false;
	}
	wire_channel_attach(&verb->channel, &link->wire, ssh, OFFER_LEN_MAX, &verb_channel_events,
			    verb);
	return true;
}
