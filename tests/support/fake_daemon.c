/*
 * fake_daemon - a daemon for the shim's tests that does what it is told, wrong things too.
 *
 * usage: fake_daemon [OPTION]...
 *   --port N         listen there (default: any free port); --address A (default: 127.0.0.1)
 *   --key-file FILE  host key: read from FILE, made there if it does not exist
 *   --mute           accept connections, and say nothing
 *   --refuse TEXT    let nobody in; TEXT is the banner
 *   --trust          let everybody in
 *   --other-pin      the token printed names another host key
 *   --ids A,B        what is offered (default: default); --default ID; --bad-offer
 *   --line TEXT      one more line of the offer; may be given again
 *   --stall          never answer an agent request
 *   --reply HEX      answer agent requests with these bytes
 *
 * Prints "listening PORT TOKEN" when it listens. Afterwards "password" whenever one is shown, "request"
 * for each agent request, "channel" for each agent channel, "verb NAME" for each verb. Ends with SIGTERM, or SIGKILL.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/token.h"
#include "common/wire.h"

enum { REPLY_MAX = 1024, LINES_MAX = 64, OUT_MAX = 1024 * 1024 };

static struct {
	bool is_mute;
	bool is_trusting;
	bool is_other_pin;
	bool is_stalling;
	bool is_bad_offer;
	const char *refusal;
	const char *ids;
	const char *default_id;
	const char *key_file;
	const char *address;
	const char *lines[LINES_MAX];
	size_t line_count;
	uint16_t port;
	uint8_t reply[REPLY_MAX];
	size_t reply_len;
	char token[TOKEN_TEXT_MAX + 1];
	ssh_bind bind;
} fake = {
	.ids = "default",
	.default_id = "default",
	.address = "127.0.0.1",
	/* SSH_AGENT_IDENTITIES_ANSWER without identities */
	.reply = {0, 0, 0, 5, SSH_AGENT_IDENTITIES_ANSWER, 0, 0, 0, 0},
	.reply_len = 9,
};

struct fake_link {
	struct wire wire;
	struct ssh_server_callbacks_struct callbacks;
};

struct fake_channel {
	struct wire_channel stream;
	struct byte_buf in;
	bool is_verb;
	bool is_answered;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void on_data(struct wire_channel *stream, struct byte_view bytes)
{
	struct fake_channel *channel = stream->owner;

	byte_buf_put_bytes(&channel->in, bytes.ptr, bytes.len);
}

static int on_exec(struct wire_channel *stream, const char *verb)
{
	struct fake_channel *channel = stream->owner;

	channel->is_verb = true;
	printf("verb %s\n", verb);
	return strcmp(verb, "offer") == 0 ? 0 : 1;
}

static void send_offer(struct wire_channel *stream)
{
	struct byte_buf text;
	char *ids = strdup(fake.ids);
	char *rest = ids;
	const char *id;

	byte_buf_init(&text, OUT_MAX);
	byte_buf_printf(&text, "ssh-forward-agent-offer 1\ndaemon fake\n");
	if (fake.default_id[0] != '\0')
		byte_buf_printf(&text, "default %s\n", fake.default_id);
	while ((id = strsep(&rest, ",")) != NULL)
		byte_buf_printf(&text, "id %s keys ok\n", id);
	for (size_t i = 0; i < fake.line_count; i++)
		byte_buf_printf(&text, "%s\n", fake.lines[i]);
	if (!fake.is_bad_offer)
		byte_buf_printf(&text, "end\n");
	wire_channel_send(stream, byte_buf_view(&text));
	wire_channel_finish(stream, 0);
	byte_buf_deinit(&text);
	free(ids);
}

static void answer_requests(struct wire_channel *stream, struct fake_channel *channel)
{
	size_t body_len;

	while (frame_peek(byte_buf_view(&channel->in), &body_len) == 0) {
		byte_buf_consume(&channel->in, FRAME_HEADER_LEN + body_len);
		puts("request");
		if (!fake.is_stalling)
			wire_channel_send(stream, (struct byte_view){fake.reply, fake.reply_len});
	}
}

static void on_ready(struct wire_channel *stream)
{
	struct fake_channel *channel = stream->owner;

	if (channel->is_verb && !channel->is_answered) {
		channel->is_answered = true;
		send_offer(stream);
	} else if (!channel->is_verb) {
		answer_requests(stream, channel);
		if (stream->is_eof)
			wire_channel_finish(stream, -1);
	}
}

static void on_channel_closed(struct wire_channel *stream)
{
	struct fake_channel *channel = stream->owner;

	byte_buf_deinit(&channel->in);
	free(channel);
}

static const struct wire_channel_events channel_events = {
	.on_data = on_data,
	.on_exec = on_exec,
	.on_ready = on_ready,
	.on_closed = on_channel_closed,
};

static int on_message(ssh_session session, ssh_message message, void *userdata)
{
	struct fake_link *link = userdata;
	struct fake_channel *channel;
	ssh_channel ssh;

	(void)session;
	if (ssh_message_type(message) != SSH_REQUEST_CHANNEL_OPEN)
		return 1;
	ssh = ssh_message_channel_request_open_reply_accept(message);
	channel = calloc(1, sizeof(*channel));
	if (ssh == NULL || channel == NULL)
		die("channel");
	byte_buf_init(&channel->in, FRAME_LEN_MAX);
	wire_channel_attach(&channel->stream, &link->wire, ssh, OUT_MAX, &channel_events, channel);
	if (ssh_message_subtype(message) == SSH_CHANNEL_DIRECT_TCPIP)
		puts("channel");
	return 0;
}

static int refuse(ssh_session session)
{
	ssh_string banner = ssh_string_from_char(fake.refusal != NULL ? fake.refusal : "go away");

	ssh_send_issue_banner(session, banner);
	ssh_string_free(banner);
	return SSH_AUTH_DENIED;
}

static int on_password(ssh_session session, const char *user, const char *password, void *userdata)
{
	(void)user;
	(void)userdata;
	puts("password");
	if (fake.refusal == NULL && (fake.is_trusting || strcmp(password, fake.token) == 0))
		return SSH_AUTH_SUCCESS;
	return refuse(session);
}

static int on_none(ssh_session session, const char *user, void *userdata)
{
	(void)user;
	(void)userdata;
	return fake.is_trusting ? SSH_AUTH_SUCCESS : refuse(session);
}

static void on_lost(struct wire *wire, const char *reason)
{
	(void)wire;
	fprintf(stderr, "fake_daemon: link lost: %s\n", reason);
}

static void on_closed(struct wire *wire)
{
	free(wire->owner);
}

static const struct wire_events wire_events = {.on_lost = on_lost, .on_closed = on_closed};

static void on_connection(uv_poll_t *poll, int status, int events)
{
	int listening;
	struct fake_link *link;
	ssh_session session;
	int fd;

	(void)status;
	(void)events;
	uv_fileno((uv_handle_t *)poll, &listening);
	fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0 || fake.is_mute)
		return;
	link = calloc(1, sizeof(*link));
	session = ssh_new();
	if (link == NULL || session == NULL || ssh_bind_accept_fd(fake.bind, session, fd) != SSH_OK)
		die("session");
	link->callbacks = (struct ssh_server_callbacks_struct){
		.userdata = link,
		.auth_password_function = on_password,
		.auth_none_function = on_none,
	};
	ssh_callbacks_init(&link->callbacks);
	ssh_set_server_callbacks(session, &link->callbacks);
	ssh_set_message_callback(session, on_message, link);
	ssh_set_auth_methods(session, SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_NONE);
	if (wire_init(&link->wire, poll->loop, session, fd, ssh_handle_key_exchange, &wire_events,
		      link) != 0)
		free(link);
}

static ssh_key host_key(void)
{
	ssh_key key = NULL;

	if (fake.key_file != NULL && access(fake.key_file, R_OK) == 0) {
		if (ssh_pki_import_privkey_file(fake.key_file, NULL, NULL, NULL, &key) != SSH_OK)
			die("host key");
		return key;
	}
	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
		die("host key");
	if (fake.key_file != NULL &&
	    ssh_pki_export_privkey_file(key, NULL, NULL, NULL, fake.key_file) != SSH_OK)
		die("host key file");
	return key;
}

static void make_token(ssh_key key, uint16_t port)
{
	struct token token = {.port = port, .name = "test"};
	unsigned char *hash = NULL;
	size_t hash_len;
	struct byte_buf text;

	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_len) != 0)
		die("fingerprint");
	memcpy(token.fingerprint, hash, sizeof(token.fingerprint));
	token.fingerprint[0] ^= fake.is_other_pin ? 1 : 0;
	ssh_clean_pubkey_hash(&hash);
	byte_buf_init(&text, TOKEN_TEXT_MAX);
	if (token_format(&token, &text) != 0)
		die("token");
	memcpy(fake.token, text.data, text.len);
	byte_buf_deinit(&text);
}

static void make_bind(ssh_key key)
{
	bool no = false;

	fake.bind = ssh_bind_new();
	ssh_bind_options_set(fake.bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
	ssh_bind_options_set(fake.bind, SSH_BIND_OPTIONS_IMPORT_KEY, key);
}

static int listen_on(uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(*port),
		.sin_addr.s_addr = inet_addr(fake.address),
	};
	socklen_t len = sizeof(address);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 512) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		die("listen");
	*port = ntohs(address.sin_port);
	return fd;
}

static void read_hex(const char *hex)
{
	char digits[3] = {0};

	for (fake.reply_len = 0; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		memcpy(digits, hex, 2);
		fake.reply[fake.reply_len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"port", 1, NULL, 'p'},	   {"key-file", 1, NULL, 'k'}, {"mute", 0, NULL, 'm'},
		{"refuse", 1, NULL, 'r'},  {"trust", 0, NULL, 't'},    {"other-pin", 0, NULL, 'o'},
		{"ids", 1, NULL, 'i'},	   {"default", 1, NULL, 'd'},  {"bad-offer", 0, NULL, 'b'},
		{"stall", 0, NULL, 's'},   {"reply", 1, NULL, 'x'},    {"line", 1, NULL, 'l'},
		{"address", 1, NULL, 'a'}, {NULL, 0, NULL, 0},
	};
	int code;

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		fake.is_mute |= code == 'm';
		fake.is_trusting |= code == 't';
		fake.is_other_pin |= code == 'o';
		fake.is_stalling |= code == 's';
		fake.is_bad_offer |= code == 'b';
		if (code == 'p')
			fake.port = (uint16_t)strtoul(optarg, NULL, 10);
		else if (code == 'k')
			fake.key_file = optarg;
		else if (code == 'r')
			fake.refusal = optarg;
		else if (code == 'i')
			fake.ids = optarg;
		else if (code == 'd')
			fake.default_id = optarg;
		else if (code == 'l' && fake.line_count < LINES_MAX)
			fake.lines[fake.line_count++] = optarg;
		else if (code == 'a')
			fake.address = optarg;
		else if (code == 'x')
			read_hex(optarg);
		else if (code == '?')
			exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_poll_t poll;
	ssh_key key;
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	read_options(argc, argv);
	ssh_init();
	key = host_key();
	fd = listen_on(&fake.port);
	make_token(key, fake.port);
	make_bind(key);
	uv_poll_init(loop, &poll, fd);
	uv_poll_start(&poll, UV_READABLE, on_connection);
	printf("listening %d %s\n", fake.port, fake.token);
	return uv_run(loop, UV_RUN_DEFAULT);
}
