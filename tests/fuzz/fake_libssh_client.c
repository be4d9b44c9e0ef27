#include "tests/fuzz/fake_session.h"
#include "tests/fuzz/fuzz.h"

/* What a client alone calls: libssh's own names, but for what comes first. */

static void take_answer(ssh_channel channel, bool is_yes)
{
	if (!channel->is_opened && !channel->is_refused && channel->is_asked) {
		channel->is_opened = is_yes;
		channel->is_refused = !is_yes;
		channel->is_asked = false;
	} else if (channel->is_opened && channel->is_asked) {
		channel->is_granted = is_yes;
		channel->is_asked = false;
	}
}

static void take_status(ssh_channel channel, struct byte_view body)
{
	ssh_session session = channel->session;

	if (channel->callbacks == NULL || body.len == 0)
		return;
	session->callback_depth++;
	channel->callbacks->channel_exit_status_function(session, channel, body.ptr[0],
							 channel->callbacks->userdata);
	session->callback_depth--;
}

static void take_banner(struct fake_client *client, struct byte_view body)
{
	free(client->banner);
	client->banner = strndup((const char *)body.ptr, body.len);
}

static void take(ssh_session session, int type, uint8_t number, struct byte_view body)
{
	struct fake_client *client = session->client;
	ssh_channel channel = fake_find(session, number);

	if (type == FAKE_HELLO && body.len == sizeof(client->host_key_hash)) {
		client->is_greeted = true;
		memcpy(client->host_key_hash, body.ptr, body.len);
	} else if (type == FAKE_LET_IN || type == FAKE_KEPT_OUT) {
		if (client->is_login_sent && client->login == SSH_AUTH_AGAIN)
			client->login = type == FAKE_LET_IN ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
	} else if (type == FAKE_BANNER) {
		take_banner(client, body);
	} else if (type == FAKE_DENIED) {
		client->is_question_denied = client->is_question_sent;
	} else if (type == FAKE_KEYS) {
		session->is_exchanging_keys = body.len == 0;
	} else if (type == FAKE_WITHIN) {
		session->reads_within = body.len == 0;
	} else if (type == FAKE_DISCONNECT) {
		session->is_closed = true;
	} else if (channel != NULL && (type == FAKE_OPENED || type == FAKE_DONE)) {
		take_answer(channel, true);
	} else if (channel != NULL && type == FAKE_REFUSED) {
		take_answer(channel, false);
	} else if (channel != NULL && type == FAKE_STATUS) {
		take_status(channel, body);
	} else if (channel != NULL && channel->is_opened && type != FAKE_EXEC) {
		fake_take_of_channel(session, type, number, body);
	}
}

int ssh_connect(ssh_session session)
{
	fake_not_in_callback(session);
	if (session->client == NULL) {
		session->client = calloc(1, sizeof(*session->client));
		FUZZ_CHECK(session->client != NULL && session->fd >= 0);
		session->client->take = take;
		session->client->login = SSH_AUTH_AGAIN;
	}
	if (session->is_closed)
		return SSH_ERROR;
	return session->client->is_greeted ? SSH_OK : SSH_AGAIN;
}

int ssh_get_server_publickey(ssh_session session, ssh_key *key)
{
	FUZZ_CHECK(session->client->is_greeted);
	*key = (ssh_key)(void *)session->client->host_key_hash;
	return SSH_OK;
}

int ssh_get_publickey_hash(const ssh_key key, enum ssh_publickey_hash_type type,
			   unsigned char **hash, size_t *hlen)
{
	FUZZ_CHECK(type == SSH_PUBLICKEY_HASH_SHA256);
	*hlen = sizeof(((struct fake_client *)NULL)->host_key_hash);
	*hash = malloc(*hlen);
	FUZZ_CHECK(*hash != NULL);
	memcpy(*hash, (const void *)key, *hlen);
	return 0;
}

void ssh_clean_pubkey_hash(unsigned char **hash)
{
	free(*hash);
	*hash = NULL;
}

void ssh_key_free(ssh_key key)
{
	(void)key; /* the session's */
}

static int login(ssh_session session, int type, const char *text)
{
	struct fake_client *client = session->client;

	fake_not_in_callback(session);
	if (session->is_closed)
		return SSH_AUTH_ERROR;
	if (!client->is_login_sent) {
		client->is_login_sent = true;
		fake_say(session, type, 0, view_of(text));
		fake_flush(session);
	}
	return client->login;
}

int ssh_userauth_password(ssh_session session, const char *username, const char *password)
{
	(void)username;
	return login(session, FAKE_PASSWORD, password);
}

int ssh_userauth_none(ssh_session session, const char *username)
{
	(void)username;
	return login(session, FAKE_NONE, "");
}

/* As libssh 0.10: one that has been answered is over with this call, which sends nothing. */
int ssh_send_keepalive(ssh_session session)
{
	struct fake_client *client = session->client;

	fake_not_in_callback(session);
	FUZZ_CHECK(client->login == SSH_AUTH_SUCCESS);
	if (client->is_question_denied) {
		client->is_question_sent = false;
		client->is_question_denied = false;
	} else if (!client->is_question_sent && !session->is_closed) {
		client->is_question_sent = true;
		fake_say_nothing(session, FAKE_GLOBAL, 0);
		fake_flush(session);
	}
	return SSH_OK;
}

char *ssh_get_issue_banner(ssh_session session)
{
	return session->client->banner != NULL ? strdup(session->client->banner) : NULL;
}

void ssh_string_free_char(char *s)
{
	free(s);
}

ssh_channel ssh_channel_new(ssh_session session)
{
	ssh_channel channel = calloc(1, sizeof(*channel));

	FUZZ_CHECK(channel != NULL && session->client->login == SSH_AUTH_SUCCESS);
	channel->session = session;
	channel->remote_channel = session->client->last_channel++ & 0xff;
	channel->remote_window = 1000 * 1000;
	channel->remote_maxpacket = 32 * 1024;
	LIST_INSERT_HEAD(&session->channels, channel, entry);
	return channel;
}

static int ask(ssh_channel channel, int type, const char *text, bool *is_answered)
{
	fake_not_in_callback(channel->session);
	if (channel->session->is_closed)
		return SSH_ERROR;
	if (!channel->is_asked && !*is_answered) {
		channel->is_asked = true;
		fake_say(channel->session, type, channel->remote_channel, view_of(text));
		fake_flush(channel->session);
	}
	return SSH_AGAIN;
}

static int open_channel(ssh_channel channel, const char *destination)
{
	bool is_answered = channel->is_opened || channel->is_refused;

	if (is_answered && !channel->session->is_closed)
		return channel->is_opened ? SSH_OK : SSH_ERROR;
	return ask(channel, FAKE_OPEN, destination, &is_answered);
}

int ssh_channel_open_session(ssh_channel channel)
{
	return open_channel(channel, "");
}

int ssh_channel_open_forward(ssh_channel channel, const char *remotehost, int remoteport,
			     const char *sourcehost, int localport)
{
	(void)remoteport;
	(void)sourcehost;
	(void)localport;
	return open_channel(channel, remotehost);
}

/* It is asked once; an answer that is no is told once it has come. */
int ssh_channel_request_exec(ssh_channel channel, const char *cmd)
{
	bool is_answered = channel->is_exec_sent && !channel->is_asked;

	FUZZ_CHECK(channel->is_opened);
	channel->is_exec_sent = true;
	if (is_answered && !channel->session->is_closed)
		return channel->is_granted ? SSH_OK : SSH_ERROR;
	return ask(channel, FAKE_EXEC, cmd, &is_answered);
}

int ssh_channel_is_eof(ssh_channel channel)
{
	return channel->remote_eof;
}

int ssh_channel_is_closed(ssh_channel channel)
{
	return channel->is_closed_by_peer || channel->session->is_closed;
}
