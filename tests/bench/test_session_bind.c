#include "bench/session_bind.h"

#include <string.h>

#include "agentd/binding.h"
#include "agentd/host_signature.h"
#include "common/frame.h"
#include "tests/support/unit.h"

static const uint8_t session_id[32] = "a session";

START_TEST(the_daemon_takes_the_binding_for_true)
{
	struct byte_buf frame;
	struct session_bind bind;
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	size_t body_len;

	byte_buf_init(&frame, FRAME_LEN_MAX);
	ck_assert_int_eq(session_bind_append(&frame, (struct byte_view){session_id, 32}), 0);
	ck_assert_int_eq(frame_peek(byte_buf_view(&frame), &body_len), 0);
	ck_assert_uint_eq(frame.len, FRAME_HEADER_LEN + body_len);
	ck_assert_int_eq(session_bind_parse(frame_body(byte_buf_view(&frame), body_len), &bind), 0);
	ck_assert(view_equal(bind.session_id, (struct byte_view){session_id, 32}));
	ck_assert(!bind.is_forwarding);
	ck_assert_int_eq(host_signature_verify(bind.host_key_blob, bind.signature, bind.session_id,
					       fingerprint),
			 0);
	byte_buf_deinit(&frame);
}
END_TEST

START_TEST(the_host_key_is_a_line_of_known_hosts)
{
	/* RFC 8709: the blob begins with the length and name of its type. */
	static const char start[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI";
	struct byte_buf line;

	byte_buf_init(&line, 1024);
	ck_assert_int_eq(session_bind_host_key(&line), 0);
	ck_assert_uint_gt(line.len, strlen(start));
	ck_assert_mem_eq(line.data, start, strlen(start));
	byte_buf_deinit(&line);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("session_bind");

	tcase_add_test(tests, the_daemon_takes_the_binding_for_true);
	tcase_add_test(tests, the_host_key_is_a_line_of_known_hosts);
	return unit_main(tests, "session_bind");
}
