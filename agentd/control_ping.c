#include "agentd/control_ping.h"

#include "version.h"

void control_ping(struct front *front, char *words, struct byte_buf *answer)
{
	bool has_keys = false;

	(void)words;
	for (size_t i = 0; i < front->sources.count; i++) {
		if (front->sources.list[i]->kind == SOURCE_KEYS)
			has_keys = true;
	}
	if (has_keys && front->pool.keeper_fd < 0)
		byte_buf_printf(answer, "error the keeper has died, and the keys with it; start "
					"ssh-forward-agentd again\n");
	else
		byte_buf_printf(answer, "ok ssh-forward-agentd " SFA_VERSION " is well\n");
}
