#include "tests/support/gate_world.h"

#include "common/agent_msg.h"
#include "common/base64.h"
#include "common/key_blob.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static char known_hosts[] = "known_hosts";

void gate_world_init(struct gate_world *world)
{
	char *paths[] = {known_hosts};

	*world = (struct gate_world){0};
	workspace_write(known_hosts, view_of(""));
	world->trusted = trusted_hosts_new();
	ck_assert_ptr_nonnull(world->trusted);
	ck_assert_int_eq(trusted_hosts_set_files(world->trusted, paths, 1), 0);
	world->rules.policy = &world->policy;
	gate_world_connect(world);
}

void gate_world_deinit(struct gate_world *world)
{
	rules_deinit(&world->rules);
	policy_deinit(&world->policy);
	trusted_hosts_free(world->trusted);
}

void gate_world_set(struct gate_world *world, const char *name, const char *value)
{
	char reason[POLICY_REASON_MAX] = "";

	ck_assert_int_eq(policy_set(&world->policy, name, value, reason), 0);
	rules_deinit(&world->rules);
	ck_assert_msg(rules_init(&world->rules, &world->policy, world->trusted, reason) == 0, "%s",
		      reason);
	gate_world_connect(world);
}

void gate_world_connect(struct gate_world *world)
{
	gate_init(&world->gate, &world->rules);
}

void gate_world_know(const char *names, const struct login_host *host)
{
	struct byte_view blob = byte_buf_view(&host->blob);
	struct byte_view type = key_blob_type(blob);
	struct byte_buf file;

	byte_buf_init(&file, LOGIN_LEN_MAX);
	workspace_read(known_hosts, &file);
	byte_buf_printf(&file, "%s %.*s ", names, (int)type.len, (const char *)type.ptr);
	base64_put(&file, blob, BASE64_STANDARD_UNPADDED);
	for (size_t i = 0; i < (3 - blob.len % 3) % 3; i++)
		byte_buf_put_u8(&file, '=');
	byte_buf_put_u8(&file, '\n');
	workspace_write(known_hosts, byte_buf_view(&file));
	byte_buf_deinit(&file);
}

struct gate_decision gate_world_decide(struct gate_world *world, struct byte_buf *request)
{
	struct byte_view copy = exact_copy(request->data, request->len);
	struct gate_decision decision = gate_decide(&world->gate, copy);

	exact_free(copy);
	byte_buf_deinit(request);
	ck_assert(decision.passes == (decision.reason == NULL));
	ck_assert_uint_lt(strlen(decision.detail), GATE_DETAIL_MAX);
	return decision;
}

struct gate_decision gate_world_login(struct gate_world *world, const struct login *login)
{
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_login_request(&request, login, 0);
	return gate_world_decide(world, &request);
}

struct gate_decision gate_world_bind(struct gate_world *world, const struct login_host *host,
				     const char *session_id, bool is_forwarding)
{
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_session_bind(&request, host, session_id, is_forwarding);
	return gate_world_decide(world, &request);
}

struct gate_decision gate_world_sshsig(struct gate_world *world, const char *sshsig_namespace,
				       struct byte_view key_blob, uint32_t flags)
{
	struct byte_buf data;
	struct byte_buf request;

	byte_buf_init(&data, LOGIN_LEN_MAX);
	byte_buf_put_bytes(&data, "SSHSIG", 6);
	byte_buf_put_text(&data, sshsig_namespace);
	byte_buf_put_text(&data, "");
	byte_buf_put_text(&data, "sha256");
	byte_buf_put_text(&data, "the digest has thirty-two bytes.");
	byte_buf_init(&request, LOGIN_LEN_MAX);
	byte_buf_put_u8(&request, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(&request, key_blob);
	byte_buf_put_string(&request, byte_buf_view(&data));
	byte_buf_put_u32(&request, flags);
	byte_buf_deinit(&data);
	return gate_world_decide(world, &request);
}
