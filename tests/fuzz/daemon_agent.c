#include "tests/fuzz/daemon_agent.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/daemon_requests.h"
#include "tests/fuzz/fake_askpass.h"
#include "tests/fuzz/fuzz.h"

enum { STREAM_MAX = 1024 * 1024 };

int agent_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	FUZZ_CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		   listen(fd, 64) == 0);
	return fd;
}

void agent_begin(struct agent *agent, unsigned id, int listen_fd,
		 const struct daemon_policy *policy)
{
	*agent =
		(struct agent){.id = id, .listen_fd = listen_fd, .policy = policy, .answers = true};
	for (size_t i = 0; i < AGENT_CONNECTIONS; i++) {
		agent->connections[i].fd = -1;
		byte_buf_init(&agent->connections[i].asked, STREAM_MAX);
	}
}

void agent_end(struct agent *agent)
{
	for (unsigned i = 0; i < AGENT_CONNECTIONS; i++) {
		agent_hang_up(agent, i);
		byte_buf_deinit(&agent->connections[i].asked);
	}
}

/* A yes counts for as many logins as may share it, and for one file; for the user it was asked about. */
static void check_agreed(const struct agent *agent)
{
	FUZZ_CHECK(agent->sign_requests <= CONFIRM_LOGINS_MAX * fake_askpass_agreed(NULL));
	FUZZ_CHECK(agent->git_logins <=
		   CONFIRM_LOGINS_MAX * fake_askpass_agreed("Login: \"git\" on "));
	FUZZ_CHECK(agent->root_logins <=
		   CONFIRM_LOGINS_MAX * fake_askpass_agreed("Login: \"root\" on "));
	FUZZ_CHECK(agent->files <= fake_askpass_agreed("namespace \"git\""));
	FUZZ_CHECK(fake_askpass_agreed(NULL) == fake_askpass_agreed("\nId: three\n"));
}

static void check_sign_request(struct agent *agent, struct byte_view body, bool is_bound)
{
	unsigned needs = daemon_policy_needs(body, is_bound);

	FUZZ_CHECK(daemon_policy_allows(agent->policy, agent->id, 0, needs | IS_OFFERED));
	agent->sign_requests++;
	agent->git_logins += (needs & MAY_GIT) != 0;
	agent->root_logins += (needs & MAY_ROOT) != 0;
	agent->files += (needs & MAY_FILES) != 0;
	if (agent->id == ID_TWO)
		FUZZ_CHECK(agent->sign_requests <= TWO_SIGNATURES_MAX * agent->policy->two_count);
	if (agent->id == ID_CONFIRMED)
		check_agreed(agent);
}

/* What may be asked of an agent, by whoever asks. */
static void check_request(struct agent *agent, struct agent_connection *connection,
			  struct byte_view body)
{
	FUZZ_CHECK(body.ptr[0] == SSH_AGENTC_REQUEST_IDENTITIES ||
		   body.ptr[0] == SSH_AGENTC_SIGN_REQUEST || body.ptr[0] == SSH_AGENTC_EXTENSION);
	connection->is_bound = connection->is_bound || daemon_request_binds(body);
	if (body.ptr[0] == SSH_AGENTC_SIGN_REQUEST)
		check_sign_request(agent, body, connection->is_bound);
}

static void agent_read(struct agent *agent, struct agent_connection *connection)
{
	size_t before = connection->asked.len;
	char block[4096];
	size_t body_len;
	ssize_t got;

	while ((got = read(connection->fd, block, sizeof(block))) > 0)
		byte_buf_put_bytes(&connection->asked, block, (size_t)got);
	FUZZ_CHECK(byte_buf_status(&connection->asked) == 0);
	if (connection->asked.len == before)
		return;
	/* One request at a time. */
	if (frame_peek(byte_buf_view(&connection->asked), &body_len) == 0) {
		FUZZ_CHECK(connection->asked.len == FRAME_HEADER_LEN + body_len);
		check_request(agent, connection,
			      frame_body(byte_buf_view(&connection->asked), body_len));
	}
}

void agent_turn(struct agent *agent)
{
	int fd = accept4(agent->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (size_t i = 0; i < AGENT_CONNECTIONS; i++) {
		struct agent_connection *connection = &agent->connections[i];

		if (connection->fd < 0 && fd >= 0) {
			connection->fd = fd;
			agent->connection_count++;
			fd = -1;
		}
		if (connection->fd < 0)
			continue;
		agent_read(agent, connection);
		if (agent->answers)
			agent_answer(agent, (unsigned)i);
	}
	if (fd >= 0)
		close(fd);
}

static void put_identity(struct byte_buf *out)
{
	static const uint8_t blob[] = "\0\0\0\x0bssh-ed25519\0\0\0\x20"
				      "0123456789abcdef0123456789ABCDEF";

	byte_buf_put_u8(out, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(out, 1);
	byte_buf_put_string(out, (struct byte_view){blob, sizeof(blob) - 1});
	byte_buf_put_text(out, "a\nkey");
}

/* Whatever it says counts as its answer. */
static void agent_send(struct agent_connection *connection, struct byte_view bytes)
{
	(void)!send(connection->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
	byte_buf_clear(&connection->asked);
}

void agent_answer(struct agent *agent, unsigned which)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];
	struct byte_buf reply;
	size_t body_len;
	size_t mark;

	if (connection->fd < 0 || frame_peek(byte_buf_view(&connection->asked), &body_len) != 0)
		return;
	byte_buf_init(&reply, FRAME_LEN_MAX);
	mark = frame_begin(&reply);
	if (connection->asked.data[FRAME_HEADER_LEN] == SSH_AGENTC_REQUEST_IDENTITIES) {
		put_identity(&reply);
	} else if (connection->asked.data[FRAME_HEADER_LEN] == SSH_AGENTC_SIGN_REQUEST) {
		byte_buf_put_u8(&reply, SSH_AGENT_SIGN_RESPONSE);
		byte_buf_put_text(&reply, "signature");
		agent->signatures++;
	} else {
		byte_buf_put_u8(&reply, SSH_AGENT_SUCCESS);
	}
	frame_end(&reply, mark);
	agent_send(connection, byte_buf_view(&reply));
	byte_buf_deinit(&reply);
}

void agent_say(struct agent *agent, unsigned which, struct byte_view bytes)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];

	if (connection->fd < 0)
		return;
	agent_send(connection, bytes);
}

void agent_hang_up(struct agent *agent, unsigned which)
{
	struct agent_connection *connection = &agent->connections[which % AGENT_CONNECTIONS];

	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
	connection->is_bound = false;
	byte_buf_clear(&connection->asked);
}
