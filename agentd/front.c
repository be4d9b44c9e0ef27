#include "agentd/front.h"

#include <assert.h>
#include <errno.h>

#include "agentd/control.h"
#include "agentd/host_key.h"
#include "agentd/link.h"
#include "agentd/local.h"
#include "common/log.h"
#include "version.h"

/* Modern algorithms only; AEAD ciphers, so that no MAC is negotiated. */
#define FRONT_KEX "curve25519-sha256,curve25519-sha256@libssh.org"
#define FRONT_CIPHERS "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"

static int set_option(ssh_bind bind, enum ssh_bind_options_e option, const void *value)
{
	if (ssh_bind_options_set(bind, option, value) < 0) {
		log_error("libssh does not take its options: %s", ssh_get_error(bind));
		return -EINVAL;
	}
	return 0;
}

static int set_options(ssh_bind bind)
{
	const bool no = false;

	if (set_option(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) != 0 ||
	    set_option(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, FRONT_KEX) != 0 ||
	    set_option(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "ssh-ed25519") != 0 ||
	    set_option(bind, SSH_BIND_OPTIONS_CIPHERS_C_S, FRONT_CIPHERS) != 0 ||
	    set_option(bind, SSH_BIND_OPTIONS_CIPHERS_S_C, FRONT_CIPHERS) != 0 ||
	    set_option(bind, SSH_BIND_OPTIONS_BANNER, "ssh-forward-agentd_" SFA_VERSION) != 0)
		return -EINVAL;
	return 0;
}

int front_init(struct front *front)
{
	ssh_key host_key;

	wire_turns_init(&front->turns, front->loop);
	file_queue_init(&front->files, front->loop);
	front->bind = ssh_bind_new();
	if (front->bind == NULL)
		return -ENOMEM;
	if (set_options(front->bind) != 0)
		return -EINVAL;
	if (host_key_make(&front->access.secret, &host_key, front->access.host_key_hash) != 0) {
		log_error("libssh cannot use an Ed25519 host key; it is built without it");
		return -EINVAL;
	}
	return set_option(front->bind, SSH_BIND_OPTIONS_IMPORT_KEY, host_key); /* transferred */
}

void front_close_connections(struct front *front)
{
	struct link *link;
	struct local *local;
	struct control *control;

	LIST_FOREACH(link, &front->links, entry)
		link_close(link);
	LIST_FOREACH(local, &front->locals, entry)
		local_close(local);
	LIST_FOREACH(control, &front->controls, entry)
		control_close(control);
	wire_turns_close(&front->turns);
}

void front_deinit(struct front *front)
{
	assert(LIST_EMPTY(&front->links) && LIST_EMPTY(&front->locals));
	ssh_bind_free(front->bind);
	access_deinit(&front->access);
	source_set_deinit(&front->sources);
	secret_set_deinit(&front->secrets);
	trusted_hosts_free(front->trusted_hosts);
}
