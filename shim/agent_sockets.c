#include "shim/agent_sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int make_directory(const struct workdir *workdir)
{
	/* As the directory around it: the sockets' own modes say who may ask. */
	if (mkdirat(workdir->fd, WORKDIR_IDS, 0700) != 0 ||
	    fchmodat(workdir->fd, WORKDIR_IDS, 0711, 0) != 0)
		return -errno;
	return 0;
}

int agent_sockets_init(struct agent_sockets *sockets, uv_loop_t *loop,
		       const struct workdir *workdir, const struct agent_server_access *access,
		       struct uplink *uplink, const struct offer *offer, const struct offer_id *own,
		       char *error, size_t error_size)
{
	char path[WORKDIR_PATH_SIZE + OFFER_TEXT_SIZE + 16];
	int err = 0;

	*sockets = (struct agent_sockets){0};
	if (offer->id_count < 2)
		return 0;
	sockets->list = calloc(offer->id_count, sizeof(sockets->list[0]));
	if (sockets->list == NULL)
		err = -ENOMEM;
	else
		err = make_directory(workdir);
	if (err != 0)
		snprintf(error, error_size, "no directory for the sockets of %zu ids: %s",
			 offer->id_count, strerror(-err));
	for (size_t i = 0; err == 0 && i < offer->id_count; i++) {
		const struct offer_id *id = &offer->ids[i];

		if (id == own || !id->is_available)
			continue;
		snprintf(path, sizeof(path), "%s/" WORKDIR_IDS "/%s" AGENT_SOCKETS_SUFFIX,
			 workdir->path, id->name);
		err = agent_server_init(&sockets->list[sockets->count], loop, path, access, uplink,
					id->name);
		if (err == 0)
			sockets->count++;
		else
			snprintf(error, error_size, "the agent socket %s cannot be made: %s", path,
				 strerror(-err));
	}
	return err;
}

void agent_sockets_close(struct agent_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		agent_server_close(&sockets->list[i]);
}

void agent_sockets_deinit(struct agent_sockets *sockets)
{
	free(sockets->list);
	*sockets = (struct agent_sockets){0};
}
