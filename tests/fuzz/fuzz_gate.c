/*
 * fuzz_gate - requests of one agent connection, in frames, as the gate judges them one after the
 * other: once for an id without a policy, once for one that names hosts, a user, a key and a
 * namespace.
 *
 * Two message types that no agent knows stand for requests that nobody could guess: a binding with
 * a host's signature, and a login in the session of one. For these the verdict is worked out a
 * second time, from what docs/protocol.md says.
 *
 *   MADE_BIND   host, session, bit 0: for forwarding; bits 1, 2: whole, or what is wrong with it
 *   MADE_LOGIN  host, session, bit 0: host-bound; bit 1: the login is with another key; bit 2: a
 *               flag; bit 3: as another user; bit 4: by another key
 */
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agentd/gate.h"
#include "agentd/rules.h"
#include "agentd/sshsig.h"
#include "agentd/userauth.h"
#include "common/agent_msg.h"
#include "common/base64.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/login.h"

enum {
	MADE_BIND = 0xf0,
	MADE_LOGIN = 0xf1,
	HOSTS = 4,
	SESSIONS = 20, /* more than one connection may be bound to */
	TAIL_LEN =
		64 + 1, /* of a binding: an Ed25519 signature, and whether it is for forwarding */
};

enum wrong { NOTHING, FALSE_SIGNATURE, OTHER_SESSION, CUT };

/* Of HOSTS the first are named; the keys of the others are revoked, and unknown. */
enum { HOSTS_NAMED = 2 };

static struct policy no_policy;
static struct policy strict_policy;
static struct rules no_rules = {.policy = &no_policy};
static struct rules strict_rules;

/* Both are asked the same. */
struct gates {
	struct gate open;
	struct gate strict;
};

struct verdicts {
	int open;
	int strict;
};

/* What the gate should know by now. */
struct model {
	struct {
		unsigned host;
		unsigned session;
		int is_forwarding;
	} kept[BINDINGS_MAX];
	unsigned count;
	unsigned attempts;
	int is_spoiled;
	int is_lost; /* a binding came that was not made here */
};

static struct login_host hosts[HOSTS];
static char session_names[SESSIONS][16];
static struct byte_buf binds[HOSTS][SESSIONS][2];

static void make_hosts(void)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		uint8_t seed[32] = {(uint8_t)(i + 1)};

		login_host_init(&hosts[i], EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
									seed, sizeof(seed)));
	}
	for (unsigned i = 0; i < SESSIONS; i++)
		snprintf(session_names[i], sizeof(session_names[i]), "session %02u", i);
}

static void put_known_host(struct byte_buf *text, const char *names, const struct login_host *host)
{
	byte_buf_printf(text, "%s ssh-ed25519 ", names);
	base64_put(text, byte_buf_view(&host->blob), BASE64_STANDARD_UNPADDED);
	byte_buf_printf(text, "\n"); /* of 51 bytes: no padding */
}

/* A known_hosts file that nobody else sees; its name. */
static char *make_known_hosts(void)
{
	struct byte_buf text;
	char *path = NULL;
	int fd = memfd_create("known_hosts", 0);

	byte_buf_init(&text, 4096);
	put_known_host(&text, "git.example.com,192.0.2.*", &hosts[0]);
	put_known_host(&text, "[other.example.com]:2222", &hosts[1]);
	put_known_host(&text, "@revoked git.example.com", &hosts[2]);
	put_known_host(&text, "git.example.com", &hosts[2]);
	FUZZ_CHECK(fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len);
	FUZZ_CHECK(asprintf(&path, "/proc/self/fd/%d", fd) > 0);
	byte_buf_deinit(&text);
	return path;
}

static void make_rules(void)
{
	struct trusted_hosts *trusted = trusted_hosts_new();
	char *known_hosts = make_known_hosts();
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char reason[POLICY_REASON_MAX];

	fingerprint_of_blob(login_sample().key_blob, fingerprint);
	FUZZ_CHECK(policy_set(&strict_policy, "host", "git.example.com, other.example.com:2222",
			      reason) == 0);
	FUZZ_CHECK(policy_set(&strict_policy, "user", "git", reason) == 0);
	FUZZ_CHECK(policy_set(&strict_policy, "only-keys", fingerprint, reason) == 0);
	FUZZ_CHECK(policy_set(&strict_policy, "allow-sshsig", "git", reason) == 0);
	FUZZ_CHECK(trusted != NULL && trusted_hosts_set_files(trusted, &known_hosts, 1) == 0);
	FUZZ_CHECK(rules_init(&strict_rules, &strict_policy, trusted, reason) == 0);
	free(known_hosts);
}

static struct byte_view bind_of(unsigned host, unsigned session, int is_forwarding)
{
	struct byte_buf *bind = &binds[host][session][is_forwarding];

	if (bind->len == 0) {
		byte_buf_init(bind, LOGIN_LEN_MAX);
		put_session_bind(bind, &hosts[host], session_names[session], is_forwarding);
	}
	return byte_buf_view(bind);
}

/* Verdict of a whole binding; what passes is kept. */
static int model_bind(struct model *model, unsigned host, unsigned session, int is_forwarding)
{
	for (unsigned i = 0; i < model->count; i++) {
		if (!model->kept[i].is_forwarding)
			return 0;
		if (model->kept[i].session == session)
			return model->kept[i].host == host;
	}
	if (model->count == BINDINGS_MAX)
		return 0;
	model->kept[model->count].host = host;
	model->kept[model->count].session = session;
	model->kept[model->count].is_forwarding = is_forwarding;
	model->count++;
	return 1;
}

static int model_login(const struct model *model, unsigned host, unsigned session, int is_hostbound)
{
	unsigned last = model->count - 1;

	if (model->is_spoiled)
		return 0;
	for (unsigned i = 0; i < model->count; i++) {
		if (model->kept[i].is_forwarding && model->kept[i].session == session)
			return 0;
	}
	if (model->count == 0 || model->kept[last].is_forwarding)
		return 1;
	return model->kept[last].session == session &&
	       (!is_hostbound || model->kept[last].host == host);
}

/* Whether a policy that names hosts lets a login pass that passes otherwise. */
static int model_login_to_named(const struct model *model)
{
	if (model->count == 0 || model->kept[model->count - 1].is_forwarding)
		return 0;
	for (unsigned i = 0; i < model->count; i++) {
		if (model->kept[i].host >= HOSTS_NAMED)
			return 0;
	}
	return 1;
}

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	FUZZ_CHECK(len < size);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(text[i] >= 0x20 && text[i] < 0x7f);
}

/* Only what is parsed to its last byte, and agrees with itself, may be signed. */
static void check_signed(struct byte_view request, enum gate_kind kind)
{
	struct sign_request sign;
	struct userauth auth;
	struct sshsig sig;

	FUZZ_CHECK(agent_parse_sign_request(request, &sign) == 0);
	if (kind == GATE_SSHSIG) {
		FUZZ_CHECK(sshsig_parse(sign.data, &sig) == 0);
		return;
	}
	FUZZ_CHECK(userauth_parse(sign.data, &auth) == 0);
	FUZZ_CHECK(userauth_mismatch(&auth, &sign) == NULL);
}

static int decide_one(struct gate *gate, struct byte_view bytes)
{
	struct gate before = *gate;
	struct byte_view request = exact_copy(bytes.ptr, bytes.len);
	struct gate_decision decision = gate_decide(gate, request);

	FUZZ_CHECK(decision.passes == (decision.reason == NULL));
	FUZZ_CHECK(decision.passes || decision.reason[0] != '\0');
	FUZZ_CHECK(!decision.passes || decision.kind != GATE_OTHER);
	FUZZ_CHECK(gate_kind_name(decision.kind)[0] != '\0');
	check_text(decision.login.user, sizeof(decision.login.user));
	check_text(decision.login.sshsig_namespace, sizeof(decision.login.sshsig_namespace));
	check_text(decision.detail, sizeof(decision.detail));
	if (decision.kind != GATE_BIND)
		FUZZ_CHECK(gate->bindings.count == before.bindings.count &&
			   gate->bindings.is_spoiled == before.bindings.is_spoiled);
	if (decision.passes && gate_kind_signs(decision.kind))
		check_signed(request, decision.kind);
	FUZZ_CHECK(!decision.login.has_host || gate->bindings.count > 0);
	FUZZ_CHECK(decision.login.host == NULL || decision.login.has_host);
	exact_free(request);
	return decision.passes;
}

/* A policy lets files be signed, but takes away of everything else. */
static struct verdicts decide(struct gates *gates, struct byte_view request)
{
	struct verdicts verdicts = {
		.open = decide_one(&gates->open, request),
		.strict = decide_one(&gates->strict, request),
	};
	struct sign_request sign;
	struct sshsig sig;

	if (verdicts.strict && !verdicts.open)
		FUZZ_CHECK(agent_parse_sign_request(request, &sign) == 0 &&
			   sshsig_parse(sign.data, &sig) == 0 &&
			   view_equals_text(sig.namespace, "git"));
	return verdicts;
}

/* A binding as it is made, or with what is wrong with it. The caller frees it. */
static struct byte_view bind_copy(unsigned host, unsigned session, int is_forwarding,
				  enum wrong wrong)
{
	struct byte_view whole = bind_of(host, session, is_forwarding);
	struct byte_view other = bind_of(host, (session + 1) % SESSIONS, is_forwarding);
	struct byte_view request = exact_copy(whole.ptr, whole.len - (wrong == CUT));
	uint8_t *tail = (uint8_t *)(uintptr_t)request.ptr + whole.len - TAIL_LEN;

	if (wrong == FALSE_SIGNATURE)
		tail[session] ^= 1;
	else if (wrong == OTHER_SESSION)
		memcpy(tail, other.ptr + other.len - TAIL_LEN, TAIL_LEN);
	return request;
}

static void made_bind(struct gates *gates, struct model *model, const uint8_t *how)
{
	unsigned host = how[0] % HOSTS;
	unsigned session = how[1] % SESSIONS;
	int is_forwarding = how[2] & 1;
	enum wrong wrong = (enum wrong)(how[2] >> 1 & 3);
	struct byte_view request = bind_copy(host, session, is_forwarding, wrong);
	struct verdicts verdicts = decide(gates, request);
	int should_pass = 0;

	if (!model->is_spoiled && wrong != CUT && model->attempts++ < BINDING_ATTEMPTS_MAX)
		should_pass = wrong == NOTHING && model_bind(model, host, session, is_forwarding);
	model->is_spoiled |= !should_pass;
	if (!model->is_lost)
		FUZZ_CHECK(verdicts.open == should_pass && verdicts.strict == should_pass);
	exact_free(request);
}

static void put_made_login(struct byte_buf *request, const uint8_t *how)
{
	struct login login = login_sample();
	uint8_t other_key[64];
	size_t key_len = login.key_blob.len;

	FUZZ_CHECK(key_len <= sizeof(other_key));
	memcpy(other_key, login.key_blob.ptr, key_len);
	other_key[key_len - 1] ^= 1;
	login.session_id = view_of(session_names[how[1] % SESSIONS]);
	if (how[2] & 1) {
		login.method = "publickey-hostbound-v00@openssh.com";
		login.host_key_blob = byte_buf_view(&hosts[how[0] % HOSTS].blob);
	}
	if (how[2] & 8)
		login.user = view_of("root");
	if (how[2] & 16)
		login.key_blob = (struct byte_view){other_key, key_len};
	put_login_request(request, &login, how[2] & 4);
	if (how[2] & 2)
		request->data[1 + sizeof(uint32_t) + key_len - 1] ^= 2;
}

static void made_login(struct gates *gates, const struct model *model, const uint8_t *how)
{
	struct byte_buf request;
	struct verdicts verdicts;
	int should_pass =
		!(how[2] & 2) && model_login(model, how[0] % HOSTS, how[1] % SESSIONS, how[2] & 1);

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_made_login(&request, how);
	verdicts = decide(gates, byte_buf_view(&request));
	byte_buf_deinit(&request);
	if (model->is_lost)
		return;
	FUZZ_CHECK(verdicts.open == should_pass);
	should_pass = should_pass && !(how[2] & (8 | 16)) && model_login_to_named(model);
	FUZZ_CHECK(verdicts.strict == should_pass);
}

static void take_up(struct gates *gates, struct model *model, struct byte_view body)
{
	const struct binding_list *bindings = &gates->open.bindings;
	unsigned attempts = bindings->attempts;
	int was_spoiled = bindings->is_spoiled;

	if (body.len == 4 && body.ptr[0] == MADE_BIND) {
		made_bind(gates, model, body.ptr + 1);
	} else if (body.len == 4 && body.ptr[0] == MADE_LOGIN) {
		made_login(gates, model, body.ptr + 1);
	} else {
		decide(gates, body);
		model->is_lost |=
			bindings->attempts != attempts || bindings->is_spoiled != was_spoiled;
	}
	if (!model->is_lost)
		FUZZ_CHECK(bindings->count == model->count &&
			   bindings->is_spoiled == model->is_spoiled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view left = {data, size};
	struct model model = {0};
	struct gates gates;
	size_t body_len;

	if (hosts[0].pkey == NULL) {
		make_hosts();
		make_rules();
	}
	gate_init(&gates.open, &no_rules);
	gate_init(&gates.strict, &strict_rules);
	while (frame_peek(left, &body_len) == 0) {
		take_up(&gates, &model, frame_body(left, body_len));
		left.ptr += FRAME_HEADER_LEN + body_len;
		left.len -= FRAME_HEADER_LEN + body_len;
	}
	return 0;
}
