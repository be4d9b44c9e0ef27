#include "shim/failure_notice.h"

#include <stdio.h>
#include <string.h>

#include "common/agent_msg.h"
#include "common/log.h"

/* ssh asks again for each of its keys, and git for each of its repositories. */
enum { SILENCE_MS = 5000 };

static const char *what_failed(uint8_t request_type)
{
	switch (request_type) {
	case SSH_AGENTC_SIGN_REQUEST:
		return "nothing was signed";
	case SSH_AGENTC_REQUEST_IDENTITIES:
		return "no keys are listed";
	default:
		return "an agent request failed";
	}
}

void failure_notice_tell(struct failure_notice *notice, uint64_t now_ms, uint8_t request_type,
			 const char *id, const char *reason)
{
	char line[FAILURE_NOTICE_LINE_SIZE];
	bool has_id = id != NULL && id[0] != '\0';

	if (request_type == SSH_AGENTC_EXTENSION)
		return;
	snprintf(line, sizeof(line), "%s%s%s%s: %s; the log of ssh-forward-agentd may say more",
		 what_failed(request_type), has_id ? " (id \"" : "", has_id ? id : "",
		 has_id ? "\")" : "", reason != NULL ? reason : "the agent on the host refused");
	if (strcmp(line, notice->told) == 0 && now_ms - notice->told_at_ms < SILENCE_MS)
		return;
	memcpy(notice->told, line, sizeof(notice->told));
	notice->told_at_ms = now_ms;
	log_error("%s", line);
}
