#include "agentd/open_request.h"

#include <string.h>

#include "common/log.h"

/*
 * With a packet size of 10 from the peer, ssh_channel_write of libssh 0.10 writes empty packets
 * until 256 MiB are full, and other small sizes make it write absurdly many: one hostile peer
 * would stop the daemon for all. libssh tells nobody the size it was given, so it is read where
 * 0.10 keeps it, in the first fields of its channel; three of those are known, and must fit.
 */
enum {
	PACKET_SIZE_MIN = 1024,

	OFFSET_LOCAL_WINDOW = sizeof(void *) + 4,
	OFFSET_LOCAL_MAXPACKET = sizeof(void *) + 12,
	OFFSET_REMOTE_WINDOW = sizeof(void *) + 20,
	OFFSET_REMOTE_MAXPACKET = sizeof(void *) + 28,

	/* what 0.10 gives every channel it accepts */
	LOCAL_WINDOW = 32000,
	LOCAL_MAXPACKET = 35000,
};

static uint32_t field(ssh_channel channel, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)channel + offset, sizeof(value));
	return value;
}

static bool is_layout_known(ssh_channel channel)
{
	return field(channel, OFFSET_LOCAL_WINDOW) == LOCAL_WINDOW &&
	       field(channel, OFFSET_LOCAL_MAXPACKET) == LOCAL_MAXPACKET &&
	       field(channel, OFFSET_REMOTE_WINDOW) == ssh_channel_window_size(channel);
}

ssh_channel open_request_accept(struct wire *wire, ssh_message message)
{
	ssh_channel channel = ssh_message_channel_request_open_reply_accept(message);

	if (channel == NULL)
		return NULL;
	if (!is_layout_known(channel)) {
		log_error("libssh %s keeps channels in a way unknown here; this build needs libssh "
			  "0.10",
			  ssh_version(0));
		wire_violate(wire, "an unknown libssh");
	} else if (field(channel, OFFSET_REMOTE_MAXPACKET) < PACKET_SIZE_MIN) {
		wire_violate(wire, "a channel with a packet size that makes no sense");
	}
	return channel;
}
