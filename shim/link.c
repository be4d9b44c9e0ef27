#include "shim/link.h"

#include <errno.h>
#include <libssh/server.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/link_channel.h"
#include "shim/printable.h"

/* The daemon takes anything for a user name; this one tells its log that a shim came. */
#define LINK_USER "ssh-shim"

#define LINK_KEY_EXCHANGE "curve25519-sha256,curve25519-sha256@libssh.org"
#define LINK_HOST_KEYS "ssh-ed25519"
/* AEAD only. */
#define LINK_CIPHERS "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"

/* Not so many that the daemon's replies to the first wait for the last. */
enum { CHANNELS_OPENING_AT_ONCE = 16 };

static bool on_round(struct wire *wire);
static void on_wire_lost(struct wire *wire, const char *reason);
static void on_wire_closed(struct wire *wire);

static const struct wire_events link_wire_events = {
	.on_round = on_round,
	.on_lost = on_wire_lost,
	.on_closed = on_wire_closed,
};

/* All that could make libssh read a file of the image or ask it for its users is turned off. */
static int session_configure(ssh_session session, int fd)
{
	bool no = false;
	const struct {
		enum ssh_options_e option;
		const void *value;
	} options[] = {
		{SSH_OPTIONS_PROCESS_CONFIG, &no},
		{SSH_OPTIONS_SSH_DIR, "/nonexistent"},
		{SSH_OPTIONS_KNOWNHOSTS, "/dev/null"},
		{SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null"},
		{SSH_OPTIONS_USER, LINK_USER},
		{SSH_OPTIONS_HOST, "ssh-forward-agentd"},
		{SSH_OPTIONS_FD, &fd},
		{SSH_OPTIONS_KEY_EXCHANGE, LINK_KEY_EXCHANGE},
		{SSH_OPTIONS_HOSTKEYS, LINK_HOST_KEYS},
		{SSH_OPTIONS_CIPHERS_C_S, LINK_CIPHERS},
		{SSH_OPTIONS_CIPHERS_S_C, LINK_CIPHERS},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (ssh_options_set(session, options[i].option, options[i].value) != SSH_OK)
			return -EINVAL;
	}
	return 0;
}

int link_start(uv_loop_t *loop, int fd, const struct link_credentials *credentials,
	       const struct link_events *events, void *owner, struct link **out)
{
	struct link *link = calloc(1, sizeof(*link));
	ssh_session session = ssh_new();
	int err;

	if (link == NULL || session == NULL || session_configure(session, fd) != 0) {
		ssh_free(session); /* knows nothing of the descriptor yet */
		free(link);
		close(fd);
		return -ENOMEM;
	}
	link->credentials = credentials;
	link->events = events;
	link->owner = owner;
	err = wire_init(&link->wire, loop, session, fd, ssh_connect, &link_wire_events, link);
	if (err != 0) {
		free(link);
		return err;
	}
	*out = link;
	return 0;
}

void link_adopt(struct link *link, const struct link_events *events, void *owner)
{
	link->events = events;
	link->owner = owner;
}

void link_close(struct link *link)
{
	link->events = NULL;
	wire_close(&link->wire);
}

static void link_fail(struct link *link, enum link_failure failure, const char *said)
{
	const struct link_events *events = link->events;
	char text[LINK_SAID_SIZE];

	if (events == NULL)
		return;
	link->events = NULL;
	printable_copy(text, sizeof(text), view_of(said));
	wire_close(&link->wire);
	events->on_failed(link->owner, failure, text);
}

static int link_verify_host_key(struct link *link)
{
	const struct link_credentials *credentials = link->credentials;
	unsigned char *hash = NULL;
	size_t hash_len = 0;
	ssh_key key = NULL;
	bool is_right;
	int rc;

	if (ssh_get_server_publickey(link->wire.session, &key) != SSH_OK)
		return -EBADMSG;
	rc = ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_len);
	ssh_key_free(key);
	if (rc != 0 || hash_len != FINGERPRINT_HASH_LEN) {
		ssh_clean_pubkey_hash(&hash);
		return -EBADMSG;
	}
	fingerprint_text(hash, link->fingerprint);
	is_right = credentials->token == NULL ||
		   memcmp(hash, credentials->host_key_hash, FINGERPRINT_HASH_LEN) == 0;
	ssh_clean_pubkey_hash(&hash);
	return is_right ? 0 : -EPERM;
}

static void link_fail_other_daemon(struct link *link)
{
	char said[LINK_SAID_SIZE];

	snprintf(said, sizeof(said),
		 "another daemon answers (its host key %s is not the one in the token)",
		 link->fingerprint);
	link_fail(link, LINK_OTHER_DAEMON, said);
}

/* The daemon gives its reason as a banner (RFC 4252 section 5.4). */
static void link_fail_login(struct link *link)
{
	char *banner = ssh_get_issue_banner(link->wire.session);
	const char *said = banner;

	if (banner != NULL)
		banner[strcspn(banner, "\r\n")] = '\0';
	if (banner == NULL || banner[0] == '\0')
		said = link->credentials->token != NULL ? "the token is refused"
							: "a token is needed";
	link_fail(link, LINK_REFUSED, said);
	ssh_string_free_char(banner);
}

static bool link_login(struct link *link)
{
	ssh_session session = link->wire.session;
	const char *token = link->credentials->token;
	int rc = token != NULL ? ssh_userauth_password(session, NULL, token)
			       : ssh_userauth_none(session, NULL);

	switch (rc) {
	case SSH_AUTH_AGAIN:
		return false;
	case SSH_AUTH_SUCCESS:
		link->state = LINK_UP;
		link->events->on_ready(link->owner);
		return true;
	case SSH_AUTH_ERROR:
		link_fail(link, LINK_UNUSABLE, ssh_get_error(session));
		return false;
	default:
		link_fail_login(link);
		return false;
	}
}

static bool link_handshake(struct link *link)
{
	ssh_session session = link->wire.session;
	int rc = ssh_connect(session);

	if (rc == SSH_AGAIN)
		return false;
	if (rc != SSH_OK) {
		link_fail(link, LINK_UNUSABLE, ssh_get_error(session));
		return false;
	}
	switch (link_verify_host_key(link)) {
	case 0:
		link->state = LINK_LOGIN;
		return link_login(link);
	case -EPERM:
		link_fail_other_daemon(link);
		return false;
	default:
		link_fail(link, LINK_UNUSABLE, "its host key cannot be read");
		return false;
	}
}

void link_ask_for_life(struct link *link)
{
	link->is_question_due = true;
	wire_kick(&link->wire);
}

void link_lose(struct link *link, const char *reason)
{
	wire_lose(&link->wire, reason);
}

/*
 * keepalive@openssh.com, as ssh asks for ServerAliveInterval: who does not know it refuses it, which is an answer, too.
 * libssh keeps the answer until the next call, which then sends nothing.
 */
static void link_put_question(struct link *link)
{
	const struct wire *wire = &link->wire;
	uint64_t sent_before = wire->packet_counter.out_packets;

	link->is_question_due = false;
	(void)ssh_send_keepalive(wire->session);
	if (wire->packet_counter.out_packets == sent_before)
		(void)ssh_send_keepalive(wire->session);
}

void link_queue_channel(struct link *link, struct link_channel *channel)
{
	struct link_channel **place = &link->opening;

	while (*place != NULL)
		place = &(*place)->next;
	channel->next = NULL;
	*place = channel;
	wire_kick(&link->wire);
}

void link_unqueue_channel(struct link *link, struct link_channel *channel)
{
	struct link_channel **place = &link->opening;

	while (*place != channel)
		place = &(*place)->next;
	*place = channel->next;
}

static bool link_open_channels(struct link *link)
{
	struct link_channel **place = &link->opening;
	bool has_sent = false;

	for (int i = 0; i < CHANNELS_OPENING_AT_ONCE && *place != NULL; i++) {
		struct link_channel *channel = *place;
		enum link_channel_step step = link_channel_open_step(channel);

		if (step == LINK_CHANNEL_SENT)
			has_sent = true;
		if (step == LINK_CHANNEL_WAITS || step == LINK_CHANNEL_SENT) {
			place = &channel->next;
			continue;
		}
		*place = channel->next;
		link_channel_finish_open(channel, step == LINK_CHANNEL_IS_OPEN);
		has_sent = true; /* once more round: the open channel's owner may have sent */
	}
	return has_sent;
}

static bool on_round(struct wire *wire)
{
	struct link *link = wire->owner;

	switch (link->state) {
	case LINK_HANDSHAKE:
		return link_handshake(link);
	case LINK_LOGIN:
		return link_login(link);
	default:
		if (link->is_question_due)
			link_put_question(link);
		return link_open_channels(link);
	}
}

static void on_wire_lost(struct wire *wire, const char *reason)
{
	struct link *link = wire->owner;
	const struct link_events *events = link->events;
	char text[LINK_SAID_SIZE];
	char *banner;

	if (events == NULL)
		return;
	if (link->state != LINK_UP) {
		/* A daemon that refuses may hang up before its refusal has been looked at. */
		banner = link->state == LINK_LOGIN ? ssh_get_issue_banner(wire->session) : NULL;
		if (banner != NULL)
			link_fail_login(link);
		else
			link_fail(link, LINK_UNUSABLE, reason);
		ssh_string_free_char(banner);
		return;
	}
	link->events = NULL;
	printable_copy(text, sizeof(text), view_of(reason));
	events->on_lost(link->owner, text);
}

static void on_wire_closed(struct wire *wire)
{
	struct link *link = wire->owner;
	struct link_channel *channel;

	while (link->opening != NULL) {
		channel = link->opening;
		link->opening = channel->next;
		link_channel_finish_open(channel, false);
	}
	free(link);
}
