#include "agentd/control_ping.h"

#include "agentd/keeper_watch.h"
#include "version.h"

void control_ping(struct front *front, char *words, struct byte_buf *answer)
{
	bool is_keeper_dead = false;

	(void)words;
	for (size_t i = 0; i < front->sources.count; i++) {
		const struct source *source = front->sources.list[i];

		if (source->kind == SOURCE_KEYS &&
		    (source->state->keeper == NULL || source->state->keeper->control_fd < 0))
			is_keeper_dead = true;
	}
	if (is_keeper_dead)
		byte_buf_printf(answer, "error the keeper has died, and the keys with it; start "
					"ssh-forward-agentd again\n");
	else
		byte_buf_printf(answer, "ok ssh-forward-agentd " SFA_VERSION " is well\n");
}
