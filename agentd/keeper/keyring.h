/*
 * keyring.h - which keys stand behind which id, and what an agent says of them.
 *
 * Filled once while loading; read by all threads after keyring_seal(). The one change that comes
 * later, keyring_forget(), is the caller's to keep apart from the readers.
 */
#ifndef AGENTD_KEEPER_KEYRING_H
#define AGENTD_KEEPER_KEYRING_H

#include "agentd/keeper/key.h"
#include "agentd/keeper/signer.h"
#include "common/agent_msg.h"

struct keyring_key;

/* A key blob that an id offers: a key's own, or that of a certificate over it. */
struct keyring_identity {
	struct byte_buf blob;
	struct keyring_key *key;
};

struct keyring_id {
	char *name;
	struct keyring_identity *identities;
	size_t identity_count;
	struct byte_buf answer; /* the whole SSH_AGENT_IDENTITIES_ANSWER frame */
};

struct keyring {
	struct keyring_id *ids;
	size_t id_count;
	struct keyring_key *keys;
	size_t worker_count;
};

/* worker_count: how many threads will sign; each has a number below it. */
void keyring_init(struct keyring *ring, size_t worker_count);
void keyring_deinit(struct keyring *ring);

/* Makes room for a new id; its name is copied. 0 or -ENOMEM. */
int keyring_add_id(struct keyring *ring, const char *name);

/*
 * Adds key, which is moved into the ring, to the id added last. certificate: the blob of a
 * certificate over it, or empty. 0; -EEXIST if the id has that key already, and then the key is
 * still the caller's; -ENOMEM, likewise.
 */
int keyring_add_key(struct keyring *ring, struct key *key, struct byte_view certificate);

/* Builds what readers need. 0, -EMSGSIZE if an id has more keys than fit a message, -ENOMEM. */
int keyring_seal(struct keyring *ring);

/* NULL if there is none. The pointer holds until keyring_deinit. */
const struct keyring_id *keyring_find(const struct keyring *ring, struct byte_view name);

/*
 * Signs with the key that the request names, by its own blob or its certificate's, if id has it.
 * Appends the signature blob to out. 0, -ENOENT, or as signer_sign.
 */
int keyring_sign(const struct keyring_id *id, size_t worker, const struct sign_request *request,
		 struct byte_buf *out);

/* Wipes every key; the ids stay and offer nothing. No reader may be at work. */
void keyring_forget(struct keyring *ring);

#endif
