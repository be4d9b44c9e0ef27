#include "agentd/sshsig.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

enum { DATA_LEN_MAX = 4096 };

static struct byte_buf data;

static void buffer_set_up(void)
{
	byte_buf_init(&data, DATA_LEN_MAX);
}

static void buffer_tear_down(void)
{
	byte_buf_deinit(&data);
}

static int parse_exactly(size_t len, struct sshsig *sig)
{
	struct byte_view copy = exact_copy(data.data, len);
	int err = sshsig_parse(copy, sig);

	exact_free(copy);
	return err;
}

static void put_sshsig(const char *magic, struct byte_view namespace, const char *algorithm,
		       size_t hash_len)
{
	byte_buf_clear(&data);
	byte_buf_put_bytes(&data, magic, strlen(magic));
	byte_buf_put_string(&data, namespace);
	byte_buf_put_text(&data, "reserved");
	byte_buf_put_text(&data, algorithm);
	byte_buf_put_u32(&data, (uint32_t)hash_len);
	for (size_t i = 0; i < hash_len; i++)
		byte_buf_put_u8(&data, (uint8_t)i);
	ck_assert_int_eq(byte_buf_status(&data), 0);
}

static int parse(const char *magic, struct byte_view namespace, const char *algorithm,
		 size_t hash_len)
{
	struct sshsig sig;

	put_sshsig(magic, namespace, algorithm, hash_len);
	return parse_exactly(data.len, &sig);
}

START_TEST(a_signature_over_a_message_is_parsed)
{
	struct sshsig sig;

	put_sshsig("SSHSIG", view_of("git"), "sha512", 64);
	ck_assert_int_eq(sshsig_parse(byte_buf_view(&data), &sig), 0);
	ck_assert(view_equals_text(sig.namespace, "git"));
	ck_assert(view_equals_text(sig.hash_algorithm, "sha512"));
	ck_assert_uint_eq(sig.hash.len, 64);
	ck_assert_int_eq(parse("SSHSIG", view_of("file"), "sha256", 32), 0);
}
END_TEST

START_TEST(every_prefix_and_every_byte_too_many_is_badmsg)
{
	struct sshsig sig;

	put_sshsig("SSHSIG", view_of("git"), "sha512", 64);
	for (size_t len = 0; len < data.len; len++)
		ck_assert_int_eq(parse_exactly(len, &sig), -EBADMSG);
	byte_buf_put_u8(&data, 0);
	ck_assert_int_eq(parse_exactly(data.len, &sig), -EBADMSG);
}
END_TEST

START_TEST(a_signature_with_one_part_wrong_is_badmsg)
{
	struct byte_view git = view_of("git");

	ck_assert_int_eq(parse("SSHSIH", git, "sha512", 64), -EBADMSG);
	ck_assert_int_eq(parse("SSHSIG", view_of(""), "sha512", 64), -EBADMSG);
	ck_assert_int_eq(
		parse("SSHSIG", (struct byte_view){(const uint8_t *)"git\0", 4}, "sha512", 64),
		-EBADMSG);
	ck_assert_int_eq(parse("SSHSIG", git, "sha1", 20), -EBADMSG);
	ck_assert_int_eq(parse("SSHSIG", git, "", 0), -EBADMSG);
	ck_assert_int_eq(parse("SSHSIG", git, "sha512", 32), -EBADMSG);
	ck_assert_int_eq(parse("SSHSIG", git, "sha256", 0), -EBADMSG);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("sshsig");

	tcase_add_checked_fixture(tests, buffer_set_up, buffer_tear_down);
	tcase_add_test(tests, a_signature_over_a_message_is_parsed);
	tcase_add_test(tests, every_prefix_and_every_byte_too_many_is_badmsg);
	tcase_add_test(tests, a_signature_with_one_part_wrong_is_badmsg);
	return unit_main(tests, "sshsig");
}
