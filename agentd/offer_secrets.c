#include "agentd/offer_secrets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct item {
	struct file_work work; /* has the rest while it is not idle */
	char name[ID_NAME_MAX + 1];
	char *path; /* NULL: size is known */
	dev_t device;
	uint64_t size;
	bool is_directory;
	int err; /* of the system, negative */
};

struct offer_secrets {
	struct front *front;
	void (*on_done)(void *owner); /* NULL once closed */
	void *owner;
	size_t pending;
	size_t count;
	struct item items[];
};

static void secrets_free(struct offer_secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		free(secrets->items[i].path);
	free(secrets);
}

static void look(struct file_work *work)
{
	struct item *item = (struct item *)work; /* its first member */
	struct stat st;

	if (stat(item->path, &st) != 0)
		item->err = -errno;
	else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		item->err = -EINVAL;
	else
		item->size = (uint64_t)st.st_size;
	if (item->err == 0)
		item->device = st.st_dev;
	item->is_directory = item->err == 0 && S_ISDIR(st.st_mode);
}

/* Something may have been mounted since it was looked at last. */
static void note_device(struct secret_set *set, const struct item *item)
{
	for (size_t i = 0; i < set->count; i++) {
		struct offered_secret *offered = &set->list[i];

		if (offered->path != NULL && strcmp(offered->path, item->path) == 0)
			offered->device = item->device;
	}
}

static void on_looked(struct file_work *work)
{
	struct offer_secrets *secrets = work->owner;

	note_device(&secrets->front->secrets, (const struct item *)work);
	if (--secrets->pending > 0)
		return;
	if (secrets->on_done == NULL)
		secrets_free(secrets);
	else
		secrets->on_done(secrets->owner);
}

static int add(struct offer_secrets *secrets, const struct offered_secret *offered)
{
	struct item *item = &secrets->items[secrets->count++];

	*item = (struct item){.size = offered->content_len, .device = offered->device};
	memcpy(item->name, offered->name, sizeof(item->name));
	if (offered->path == NULL)
		return 0;
	item->path = strdup(offered->path);
	return item->path != NULL ? 0 : -ENOMEM;
}

int offer_secrets_start(struct front *front, const struct grant *grant,
			void (*on_done)(void *owner), void *owner, struct offer_secrets **out)
{
	const struct secret_set *set = &front->secrets;
	struct offer_secrets *secrets =
		calloc(1, sizeof(*secrets) + set->count * sizeof(secrets->items[0]));
	int err = secrets != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; err == 0 && i < set->count; i++) {
		if (grant_covers_secret(grant, set->list[i].name))
			err = add(secrets, &set->list[i]);
	}
	if (err != 0) {
		if (secrets != NULL)
			secrets_free(secrets);
		*out = NULL;
		return err;
	}
	secrets->front = front;
	secrets->on_done = on_done;
	secrets->owner = owner;
	for (size_t i = 0; i < secrets->count; i++) {
		struct item *item = &secrets->items[i];

		if (item->path == NULL)
			continue;
		item->work = (struct file_work){.queue = &front->files,
						.device = item->device,
						.owner = secrets,
						.run = look,
						.done = on_looked};
		secrets->pending++;
		file_work_start(&item->work);
	}
	*out = secrets;
	return 0;
}

bool offer_secrets_are_pending(const struct offer_secrets *secrets)
{
	return secrets != NULL && secrets->pending > 0;
}

static void put_item(struct byte_buf *text, const struct item *item)
{
	byte_buf_printf(text, "secret %s ", item->name);
	if (item->work.state != FILE_WORK_IDLE)
		byte_buf_printf(text, "unavailable the file system on the host does not answer\n");
	else if (item->err == -EINVAL)
		byte_buf_printf(text,
				"unavailable it is neither a file nor a directory any more\n");
	else if (item->err != 0)
		byte_buf_printf(text, "unavailable on the host: %s\n", strerror(-item->err));
	else if (item->is_directory)
		byte_buf_printf(text, "dir -\n");
	else
		byte_buf_printf(text, "file %" PRIu64 "\n", item->size);
}

void offer_secrets_put(struct byte_buf *text, const struct offer_secrets *secrets)
{
	for (size_t i = 0; secrets != NULL && i < secrets->count; i++)
		put_item(text, &secrets->items[i]);
}

void offer_secrets_close(struct offer_secrets *secrets)
{
	if (secrets == NULL)
		return;
	secrets->on_done = NULL;
	for (size_t i = 0; i < secrets->count; i++)
		if (file_work_drop(&secrets->items[i].work))
			secrets->pending--;
	if (secrets->pending == 0)
		secrets_free(secrets);
}
