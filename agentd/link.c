#include "agentd/link.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agentd/agent_channel.h"
#include "agentd/lease.h"
#include "agentd/record.h"
#include "agentd/report.h"
#include "agentd/verb_channel.h"
#include "common/log.h"

enum {
	LOGIN_FAILURES_MAX = 3,
	LOGIN_PENANCE_MS = 1000,
	/*
	 * A login takes 5 KiB, a long token shown three times a bit more. libssh keeps a packet
	 * begun of up to 256 KiB, and checks signatures of public keys although they are no way in:
	 * a stranger shall cost neither memory nor time.
	 */
	LOGIN_LEN_MAX = 16 * 1024,
	/* A peer that is gone without a word is noticed after this long. */
	LINK_DEAD_AFTER_MS = 60 * 1000,
	LINK_KEEPALIVE_S = 30,
};

static void link_part_closed(struct link *link)
{
	if (--link->open_parts > 0)
		return;
	LIST_REMOVE(link, entry);
	link->front->link_count--;
	explicit_bzero(&link->grant, sizeof(link->grant));
	free(link);
}

static void on_timer_closed(uv_handle_t *handle)
{
	link_part_closed(handle->data);
}

static void on_wire_closed(struct wire *wire)
{
	link_part_closed(wire->owner);
}

static void link_close_timers(struct link *link)
{
	link->is_closing = true;
	if (uv_is_closing((uv_handle_t *)&link->deadline))
		return;
	uv_close((uv_handle_t *)&link->deadline, on_timer_closed);
	uv_close((uv_handle_t *)&link->penance, on_timer_closed);
}

void link_close(struct link *link)
{
	link_close_timers(link);
	if (link->has_wire)
		wire_close(&link->wire);
}

static void on_wire_lost(struct wire *wire, const char *reason)
{
	struct link *link = wire->owner;
	char escaped[LOG_ESCAPED_MAX];

	if (wire->violation == NULL && link->is_logged_in)
		log_info("link closed peer=%s token=%s", link->grant.peer,
			 grant_name(&link->grant));
	else if (report_is_due())
		log_info("link ended peer=%s: %s", link->grant.peer,
			 log_escape(view_of(reason), escaped));
	if (link->is_logged_in)
		audit_peer(link->front->relays.audit, "link-closed", &link->grant, wire->violation,
			   false);
	link_close_timers(link);
}

static bool on_round(struct wire *wire)
{
	const struct link *link = wire->owner;

	if (!link->is_logged_in && wire->socket_counter.in_bytes > LOGIN_LEN_MAX)
		wire_violate(wire, "more was sent than a login takes");
	return false;
}

static const struct wire_events link_wire_events = {
	.on_round = on_round,
	.on_lost = on_wire_lost,
	.on_closed = on_wire_closed,
};

static void on_login_late(uv_timer_t *timer)
{
	struct link *link = timer->data;

	if (report_is_due())
		log_info("link ended peer=%s: not logged in within %u s", link->grant.peer,
			 link->front->limits.login_seconds);
	link_close(link);
}

static void on_penance_done(uv_timer_t *timer)
{
	struct link *link = timer->data;

	wire_resume(&link->wire);
}

static int link_let_in(struct link *link)
{
	link->is_logged_in = true;
	wire_turn_join(&link->wire.turn);
	uv_timer_stop(&link->deadline);
	log_info("link opened peer=%s token=%s", link->grant.peer, grant_name(&link->grant));
	audit_peer(link->front->relays.audit, "link-opened", &link->grant, NULL, false);
	return SSH_AUTH_SUCCESS;
}

/* Tells the reason as a banner (RFC 4252 section 5.4): a failed login itself carries none. */
static int link_keep_out(struct link *link, ssh_session session, const char *reason)
{
	char line[ACCESS_REASON_MAX + 32];
	ssh_string banner;
	uint32_t failures = login_guard_fail(&link->front->guard, (struct sockaddr *)&link->peer,
					     lease_clock_s());
	uint32_t max = link->front->limits.failed_logins_per_minute;

	snprintf(line, sizeof(line), "ssh-forward-agentd: %s\n", reason);
	banner = ssh_string_from_char(line);
	if (banner != NULL)
		ssh_send_issue_banner(session, banner);
	ssh_string_free(banner);
	if (failures == max + 1)
		log_warn("too many logins from this address have failed (%u within a minute) "
			 "peer=%s: "
			 "each more ends its link, and is not logged",
			 failures, link->grant.peer);
	else if (failures <= max && report_is_due())
		log_warn("login refused peer=%s: %s", link->grant.peer, reason);
	refusals_count(&link->front->relays.refusals, "a login was refused");
	audit_peer(link->front->relays.audit, "login-refused", &link->grant, reason, true);
	if (failures > max) {
		wire_violate(&link->wire, "too many failed logins from its address");
	} else if (++link->failed_logins >= LOGIN_FAILURES_MAX) {
		wire_violate(&link->wire, "too many failed logins");
	} else {
		wire_pause(&link->wire);
		uv_timer_start(&link->penance, on_penance_done, LOGIN_PENANCE_MS, 0);
	}
	return SSH_AUTH_DENIED;
}

static int on_password(ssh_session session, const char *user, const char *password, void *userdata)
{
	struct link *link = userdata;
	char reason[ACCESS_REASON_MAX];

	(void)user;
	if (access_login(&link->front->access, view_of(password), lease_wall_clock_s(),
			 &link->grant, reason))
		return link_let_in(link);
	return link_keep_out(link, session, reason);
}

/*
 * Stock clients always try "none" first, to learn the methods; only a shim means it, and is told
 * what is missing.
 */
static int on_none(ssh_session session, const char *user, void *userdata)
{
	struct link *link = userdata;

	if (link->is_trusted)
		return link_let_in(link);
	if (strcmp(user, "ssh-shim") == 0)
		return link_keep_out(link, session,
				     "a token is needed here: docker build --build-arg "
				     "SSH_SHIM_TOKEN, with ARG SSH_SHIM_TOKEN in the Dockerfile");
	return SSH_AUTH_DENIED;
}

/*
 * libssh takes GSSAPI logins whatever methods it is told to offer: it would read Kerberos' files,
 * and ask the DNS for this host's name and wait for the answer, on our loop.
 */
static ssh_string on_gssapi(ssh_session session, const char *user, int mechanism_count,
			    ssh_string *mechanisms, void *userdata)
{
	struct link *link = userdata;

	(void)session;
	(void)user;
	(void)mechanism_count;
	(void)mechanisms;
	wire_violate(&link->wire, "GSSAPI is no way in here");
	return NULL;
}

static bool link_open_agent_channel(struct link *link, ssh_message message)
{
	const char *id = ssh_message_channel_request_open_destination(message);
	struct source *source = NULL;
	char escaped[LOG_ESCAPED_MAX];

	if (id != NULL)
		source = source_find(&link->front->sources, id);
	if (source == NULL || !grant_covers(&link->grant, source->id)) {
		refusals_count(&link->front->relays.refusals,
			       "this id is not offered to this peer");
		record_refusal(&link->grant, log_escape(view_of(id != NULL ? id : ""), escaped),
			       "open", "this id is not offered to this peer",
			       link->front->relays.audit);
		return false;
	}
	return agent_channel_open(link, message, source);
}

/* 0: answered; 1: libssh sends its default answer, which refuses. */
static int on_message(ssh_session session, ssh_message message, void *userdata)
{
	struct link *link = userdata;
	bool is_opened = false;

	(void)session;
	if (ssh_message_type(message) != SSH_REQUEST_CHANNEL_OPEN || !link->is_logged_in)
		return 1;
	if (link->wire.channel_count >= link->front->limits.connections_per_link) {
		refusals_count(&link->front->relays.refusals, "too many channels on one link");
		record_refusal(&link->grant, "-", "open", "too many channels on one link",
			       link->front->relays.audit);
		return 1;
	}
	if (ssh_message_subtype(message) == SSH_CHANNEL_DIRECT_TCPIP)
		is_opened = link_open_agent_channel(link, message);
	else if (ssh_message_subtype(message) == SSH_CHANNEL_SESSION)
		is_opened = verb_channel_open(link, message);
	return is_opened ? 0 : 1;
}

static void link_set_socket_options(int fd)
{
	const int on = 1;
	const int dead_after_ms = LINK_DEAD_AFTER_MS;
	const int keepalive_s = LINK_KEEPALIVE_S;

	/* Each is an improvement only: a link works without. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive_s, sizeof(keepalive_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &keepalive_s, sizeof(keepalive_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after_ms, sizeof(dead_after_ms));
}

/* A session on fd, its callbacks set. NULL, and fd closed, if libssh cannot. */
static ssh_session link_new_session(struct link *link, int fd)
{
	ssh_session session = ssh_new();

	if (session == NULL) {
		close(fd);
		return NULL;
	}
	/* A peer that compresses would make kilobytes into megabytes, and cost 300 KiB for itself. */
	if (ssh_bind_accept_fd(link->front->bind, session, fd) != SSH_OK ||
	    ssh_options_set(session, SSH_OPTIONS_COMPRESSION_C_S, "none") != SSH_OK ||
	    ssh_options_set(session, SSH_OPTIONS_COMPRESSION_S_C, "none") != SSH_OK) {
		ssh_free(session);
		return NULL;
	}
	link->callbacks = (struct ssh_server_callbacks_struct){
		.userdata = link,
		.auth_password_function = on_password,
		.auth_none_function = on_none,
		.gssapi_select_oid_function = on_gssapi,
	};
	ssh_callbacks_init(&link->callbacks);
	ssh_set_server_callbacks(session, &link->callbacks);
	ssh_set_message_callback(session, on_message, link);
	ssh_set_auth_methods(session, SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_NONE);
	return session;
}

void link_accept(struct front *front, int fd, const struct sockaddr *peer, bool is_trusted)
{
	struct link *link = calloc(1, sizeof(*link));
	ssh_session session;

	if (link == NULL) {
		close(fd);
		return;
	}
	link->front = front;
	link->is_trusted = is_trusted;
	memcpy(&link->peer, peer, address_len(peer));
	address_format(peer, link->grant.peer);
	link->grant.link = ++front->last_link;
	link->grant.since = time(NULL);
	link->grant.since_s = lease_clock_s();
	link_set_socket_options(fd);
	uv_timer_init(front->loop, &link->deadline);
	uv_timer_init(front->loop, &link->penance);
	link->deadline.data = link;
	link->penance.data = link;
	link->open_parts = 2;
	LIST_INSERT_HEAD(&front->links, link, entry);
	front->link_count++;
	session = link_new_session(link, fd);
	if (session == NULL || wire_init(&link->wire, front->loop, session, fd,
					 ssh_handle_key_exchange, &link_wire_events, link) != 0) {
		if (report_is_due())
			log_warn("link ended peer=%s: it could not be set up", link->grant.peer);
		link_close_timers(link);
		return;
	}
	wire_take_turns(&link->wire, &front->turns);
	link->has_wire = true;
	link->open_parts++;
	uv_timer_start(&link->deadline, on_login_late, (uint64_t)front->limits.login_seconds * 1000,
		       0);
}
