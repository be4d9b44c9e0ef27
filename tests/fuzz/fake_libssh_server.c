#include "tests/fuzz/fake_session.h"
#include "tests/fuzz/fuzz.h"

/* What a server alone calls: libssh's own names. */

int ssh_set_server_callbacks(ssh_session session, ssh_server_callbacks cb)
{
	session->callbacks = cb;
	return SSH_OK;
}

void ssh_set_message_callback(ssh_session session,
			      int (*callback)(ssh_session session, ssh_message msg, void *data),
			      void *data)
{
	session->on_message = callback;
	session->on_message_data = data;
}

void ssh_set_auth_methods(ssh_session session, int auth_methods)
{
	(void)session;
	FUZZ_CHECK(auth_methods == (SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_NONE));
}

int ssh_send_issue_banner(ssh_session session, const ssh_string banner)
{
	fake_say(session, FAKE_BANNER, 0,
		 (struct byte_view){ssh_string_data(banner), ssh_string_len(banner)});
	return SSH_OK;
}

int ssh_handle_key_exchange(ssh_session session)
{
	return session->is_closed ? SSH_ERROR : SSH_AGAIN;
}

ssh_bind ssh_bind_new(void)
{
	return calloc(1, sizeof(struct ssh_bind_struct));
}

void ssh_bind_free(ssh_bind ssh_bind_o)
{
	free(ssh_bind_o);
}

int ssh_bind_options_set(ssh_bind sshbind, enum ssh_bind_options_e type, const void *value)
{
	sshbind->option_count++;
	return value != NULL || type == SSH_BIND_OPTIONS_IMPORT_KEY ? SSH_OK : SSH_ERROR;
}

int ssh_bind_accept_fd(ssh_bind ssh_bind_o, ssh_session session, socket_t fd)
{
	FUZZ_CHECK(ssh_bind_o->option_count > 0 && session->fd < 0);
	session->fd = fd;
	return SSH_OK;
}

/* The host key is for cryptography alone. */
int ssh_pki_import_privkey_base64(const char *b64_key, const char *passphrase,
				  ssh_auth_callback auth_fn, void *auth_data, ssh_key *pkey)
{
	static char key;

	(void)passphrase;
	(void)auth_fn;
	(void)auth_data;
	FUZZ_CHECK(b64_key[0] == '-');
	*pkey = (ssh_key)(void *)&key;
	return SSH_OK;
}

int ssh_message_type(ssh_message msg)
{
	return msg->type;
}

int ssh_message_subtype(ssh_message msg)
{
	return msg->subtype;
}

const char *ssh_message_channel_request_open_destination(ssh_message msg)
{
	return msg->subtype == SSH_CHANNEL_DIRECT_TCPIP ? msg->destination : NULL;
}

const char *ssh_message_channel_request_open_originator(ssh_message msg)
{
	return msg->subtype == SSH_CHANNEL_DIRECT_TCPIP ? msg->originator : NULL;
}

ssh_channel ssh_message_channel_request_open_reply_accept(ssh_message msg)
{
	ssh_channel channel = calloc(1, sizeof(*channel));

	FUZZ_CHECK(channel != NULL && msg->accepted == NULL && msg->session->is_logged_in);
	*channel = (struct ssh_channel_struct){
		.session = msg->session,
		.local_window = 32000,
		.local_maxpacket = 35000,
		.remote_channel = msg->number,
		.remote_window = msg->window,
		.remote_maxpacket = msg->packet_size,
	};
	LIST_INSERT_HEAD(&msg->session->channels, channel, entry);
	msg->accepted = channel;
	fake_say_nothing(msg->session, FAKE_OPENED, msg->number);
	return channel;
}
