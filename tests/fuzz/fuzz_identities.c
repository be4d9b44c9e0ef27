/*
 * fuzz_identities - what an agent answers to a list request, and what an id with a key filter shows
 * of it.
 */
#include <errno.h>

#include "agentd/identity_filter.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/login.h"

static struct policy no_policy;
static struct policy policy;
static struct rules no_rules = {.policy = &no_policy};
static struct rules rules;

static void set_up(void)
{
	static struct trusted_hosts *trusted;
	char allowed[FINGERPRINT_TEXT_MAX];
	char reason[POLICY_REASON_MAX];

	if (trusted != NULL)
		return;
	trusted = trusted_hosts_new();
	fingerprint_of_blob(login_sample().key_blob, allowed);
	FUZZ_CHECK(policy_set(&policy, "only-keys", allowed, reason) == 0);
	FUZZ_CHECK(trusted != NULL && rules_init(&rules, &policy, trusted, reason) == 0);
}

/* Number of identities of a list; -1 if it is none, or malformed. *others: those not allowed. */
static long count_identities(struct byte_view body, long *others)
{
	struct identity_list list;
	struct identity identity;
	long count = 0;
	int err;

	*others = 0;
	if (agent_identities_start(body, &list) != 0)
		return -1;
	while ((err = agent_identities_next(&list, &identity)) == 0) {
		*others += !rules_allow_key(&rules, identity.key_blob);
		count++;
	}
	return err == -ENOENT ? count : -1;
}

static void check_filtered(struct byte_view frame, struct byte_view body)
{
	struct byte_buf out;
	size_t body_len = 0;
	long others;
	long count = count_identities(body, &others);
	int err;

	byte_buf_init(&out, frame.len);
	err = identity_filter_put(&rules, frame, &out);
	if (body.ptr[0] != SSH_AGENT_IDENTITIES_ANSWER) {
		FUZZ_CHECK(err == 0 && fuzz_took_bytes(&out, frame));
		return;
	}
	FUZZ_CHECK(err == (count < 0 ? -EBADMSG : 0));
	if (err == 0) {
		long shown;

		FUZZ_CHECK(frame_peek(byte_buf_view(&out), &body_len) == 0);
		FUZZ_CHECK(FRAME_HEADER_LEN + body_len == out.len);
		shown = count_identities(frame_body(byte_buf_view(&out), body_len), &others);
		FUZZ_CHECK(shown >= 0 && shown <= count && others == 0);
	}
	byte_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view body = {data, size};
	struct byte_buf frame;
	struct byte_buf out;
	size_t mark;

	if (size == 0 || size > FRAME_BODY_MAX)
		return 0;
	set_up();
	byte_buf_init(&frame, FRAME_LEN_MAX);
	mark = frame_begin(&frame);
	byte_buf_put_bytes(&frame, data, size);
	frame_end(&frame, mark);
	check_filtered(byte_buf_view(&frame), body);

	byte_buf_init(&out, frame.len);
	if (identity_filter_put(&no_rules, byte_buf_view(&frame), &out) == 0)
		FUZZ_CHECK(view_equal(byte_buf_view(&out), byte_buf_view(&frame)));
	byte_buf_deinit(&out);
	byte_buf_deinit(&frame);
	return 0;
}
