#include "shim/check_verdict.h"

#include "common/log.h"
#include "shim/check.h"
#include "shim/check_target.h"
#include "shim/secrets.h"

static int judge_keys(FILE *to, const struct check_verdict_request *request)
{
	const struct offer *offer = request->offer;
	const struct offer_id *id = request->id;

	if (offer == NULL) {
		fprintf(to,
			"a mounted socket brings keys alone: no host keys, no choice of keys by "
			"repository, no secrets\n");
		if (request->socket_keys > 0)
			return CHECK_OK;
		log_error("the socket offers no key: see ssh-add -l on the host");
		return CHECK_WRONG;
	}
	if (id == NULL && offer->id_count > 0)
		fprintf(to, "a command would get: for a repository above the keys named there, for "
			    "all else no agent (no --id)\n");
	/* Of a target, the id that serves it counts. */
	if (id == NULL || id->key_count > 0 || request->options->check_target != NULL)
		return CHECK_OK;
	log_error("id %s has no key to offer: see ssh-add -l on the host", id->name);
	return CHECK_WRONG;
}

static int judge_secrets(FILE *to, const struct check_verdict_request *request)
{
	const struct options *options = request->options;
	char fault[SECRETS_MESSAGE_SIZE];
	int status = CHECK_OK;

	for (size_t i = 0; i < options->secret_count; i++) {
		const struct secret_option *secret = &options->secrets[i];

		if (secrets_find_fault(secret, request->offer, fault, sizeof(fault)) == 0)
			continue;
		if (!secret->is_required) {
			fprintf(to, "not required: %s\n", fault);
			continue;
		}
		log_error("%s", fault);
		status = CHECK_WRONG;
	}
	return status;
}

int check_verdict(FILE *to, const struct check_verdict_request *request)
{
	const struct check_target target = {
		.text = request->options->check_target,
		.offer = request->offer,
		.id = request->id,
		.has_no_wrapper = request->options->has_no_wrapper,
	};
	int status = judge_keys(to, request);

	if (judge_secrets(to, request) != CHECK_OK)
		status = CHECK_WRONG;
	if (target.text != NULL && check_target_print(to, &target) != CHECK_OK)
		status = CHECK_WRONG;
	return status;
}
