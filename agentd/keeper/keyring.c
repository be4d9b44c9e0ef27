#include "agentd/keeper/keyring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"

struct keyring_key {
	struct keyring_key *next;
	struct key key;
	struct signer *signers; /* one for each worker; NULL until the ring is sealed */
};

void keyring_init(struct keyring *ring, size_t worker_count)
{
	*ring = (struct keyring){.worker_count = worker_count};
}

static void keyring_key_free(struct keyring_key *key, size_t worker_count)
{
	for (size_t i = 0; key->signers != NULL && i < worker_count; i++)
		signer_deinit(&key->signers[i]);
	free(key->signers);
	key_deinit(&key->key);
	free(key);
}

static void id_drop_identities(struct keyring_id *id)
{
	for (size_t i = 0; i < id->identity_count; i++)
		byte_buf_deinit(&id->identities[i].blob);
	free(id->identities);
	id->identities = NULL;
	id->identity_count = 0;
}

/* Everything but the ids' names and answers. */
static void keyring_drop_keys(struct keyring *ring)
{
	for (size_t i = 0; i < ring->id_count; i++)
		id_drop_identities(&ring->ids[i]);
	while (ring->keys != NULL) {
		struct keyring_key *key = ring->keys;

		ring->keys = key->next;
		keyring_key_free(key, ring->worker_count);
	}
}

void keyring_deinit(struct keyring *ring)
{
	keyring_drop_keys(ring);
	for (size_t i = 0; i < ring->id_count; i++) {
		byte_buf_deinit(&ring->ids[i].answer);
		free(ring->ids[i].name);
	}
	free(ring->ids);
	keyring_init(ring, ring->worker_count);
}

int keyring_add_id(struct keyring *ring, const char *name)
{
	struct keyring_id id = {.name = strdup(name)};
	struct keyring_id *ids;

	ids = reallocarray(ring->ids, ring->id_count + 1, sizeof(*ids));
	if (ids != NULL)
		ring->ids = ids;
	if (ids == NULL || id.name == NULL) {
		free(id.name);
		return -ENOMEM;
	}
	byte_buf_init(&id.answer, FRAME_LEN_MAX);
	ids[ring->id_count++] = id;
	return 0;
}

static const struct keyring_identity *id_find(const struct keyring_id *id, struct byte_view blob)
{
	for (size_t i = 0; i < id->identity_count; i++) {
		if (view_equal(byte_buf_view(&id->identities[i].blob), blob))
			return &id->identities[i];
	}
	return NULL;
}

static int id_add_identity(struct keyring_id *id, struct byte_view blob, struct keyring_key *key)
{
	struct keyring_identity identity = {.key = key};
	struct keyring_identity *identities;
	int err;

	identities = reallocarray(id->identities, id->identity_count + 1, sizeof(*identities));
	if (identities == NULL)
		return -ENOMEM;
	id->identities = identities;
	byte_buf_init(&identity.blob, KEY_BLOB_MAX);
	byte_buf_put_bytes(&identity.blob, blob.ptr, blob.len);
	err = byte_buf_status(&identity.blob);
	if (err != 0) {
		byte_buf_deinit(&identity.blob);
		return err;
	}
	identities[id->identity_count++] = identity;
	return 0;
}

int keyring_add_key(struct keyring *ring, struct key *key, struct byte_view certificate)
{
	struct keyring_id *id = &ring->ids[ring->id_count - 1];
	size_t count_before = id->identity_count;
	struct keyring_key *added;
	int err;

	if (id_find(id, byte_buf_view(&key->blob)) != NULL)
		return -EEXIST;
	added = calloc(1, sizeof(*added));
	if (added == NULL)
		return -ENOMEM;
	err = id_add_identity(id, byte_buf_view(&key->blob), added);
	if (err == 0 && certificate.len > 0)
		err = id_add_identity(id, certificate, added);
	if (err != 0) {
		while (id->identity_count > count_before)
			byte_buf_deinit(&id->identities[--id->identity_count].blob);
		free(added);
		return err;
	}
	added->key = *key; /* moved */
	*key = (struct key){.pkey = NULL};
	added->next = ring->keys;
	ring->keys = added;
	return 0;
}

static int id_build_answer(struct keyring_id *id)
{
	size_t mark;

	byte_buf_clear(&id->answer);
	mark = frame_begin(&id->answer);
	byte_buf_put_u8(&id->answer, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(&id->answer, (uint32_t)id->identity_count);
	for (size_t i = 0; i < id->identity_count; i++) {
		const char *comment = id->identities[i].key->key.comment;

		byte_buf_put_string(&id->answer, byte_buf_view(&id->identities[i].blob));
		byte_buf_put_text(&id->answer, comment != NULL ? comment : "");
	}
	frame_end(&id->answer, mark);
	return byte_buf_status(&id->answer);
}

int keyring_seal(struct keyring *ring)
{
	int err = 0;

	for (struct keyring_key *key = ring->keys; key != NULL && err == 0; key = key->next) {
		key->signers = calloc(ring->worker_count, sizeof(*key->signers));
		if (key->signers == NULL)
			return -ENOMEM;
		for (size_t w = 0; w < ring->worker_count && err == 0; w++)
			err = signer_init(&key->signers[w], key->key.pkey);
	}
	for (size_t i = 0; i < ring->id_count && err == 0; i++)
		err = id_build_answer(&ring->ids[i]);
	return err;
}

const struct keyring_id *keyring_find(const struct keyring *ring, struct byte_view name)
{
	for (size_t i = 0; i < ring->id_count; i++) {
		if (view_equals_text(name, ring->ids[i].name))
			return &ring->ids[i];
	}
	return NULL;
}

int keyring_sign(const struct keyring_id *id, size_t worker, const struct sign_request *request,
		 struct byte_buf *out)
{
	const struct keyring_identity *identity = id_find(id, request->key_blob);

	if (identity == NULL)
		return -ENOENT;
	return signer_sign(&identity->key->signers[worker], request->flags, request->data, out);
}

void keyring_forget(struct keyring *ring)
{
	keyring_drop_keys(ring);
	for (size_t i = 0; i < ring->id_count; i++)
		(void)id_build_answer(&ring->ids[i]); /* shorter than before: always fits */
}
