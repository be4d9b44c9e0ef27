#include "common/discovery.h"

#include <errno.h>
#include <string.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static struct discovery sample(enum discovery_kind kind)
{
	struct discovery discovery = {.kind = kind, .port = 40000};

	memset(discovery.nonce, 0xa1, sizeof(discovery.nonce));
	memset(discovery.host_key_hash, 0xb2, sizeof(discovery.host_key_hash));
	return discovery;
}

START_TEST(what_is_written_is_read)
{
	struct discovery in = sample(DISCOVERY_ANSWER);
	struct discovery out;
	uint8_t datagram[DISCOVERY_LEN];

	discovery_format(&in, datagram);
	ck_assert_int_eq(discovery_parse((struct byte_view){datagram, sizeof(datagram)}, &out), 0);
	ck_assert_int_eq(out.kind, DISCOVERY_ANSWER);
	ck_assert_uint_eq(out.port, 40000);
	ck_assert_mem_eq(out.nonce, in.nonce, sizeof(in.nonce));
	ck_assert_mem_eq(out.host_key_hash, in.host_key_hash, sizeof(in.host_key_hash));
}
END_TEST

START_TEST(every_other_length_is_badmsg)
{
	struct discovery in = sample(DISCOVERY_QUERY);
	struct discovery out;
	uint8_t datagram[DISCOVERY_LEN + 1] = {0};

	discovery_format(&in, datagram);
	for (size_t len = 0; len <= sizeof(datagram); len++) {
		struct byte_view exact = exact_copy(datagram, len);
		int wanted = len == DISCOVERY_LEN ? 0 : -EBADMSG;

		ck_assert_int_eq(discovery_parse(exact, &out), wanted);
		exact_free(exact);
	}
}
END_TEST

START_TEST(another_magic_version_or_kind_is_badmsg)
{
	struct discovery in = sample(DISCOVERY_QUERY);
	struct discovery out;

	for (size_t i = 0; i < 6; i++) {
		uint8_t datagram[DISCOVERY_LEN];

		discovery_format(&in, datagram);
		datagram[i] ^= 0x40;
		ck_assert_int_eq(discovery_parse((struct byte_view){datagram, DISCOVERY_LEN}, &out),
				 -EBADMSG);
	}
}
END_TEST

START_TEST(answer_without_a_port_is_badmsg)
{
	struct discovery in = sample(DISCOVERY_ANSWER);
	struct discovery out;
	uint8_t datagram[DISCOVERY_LEN];

	in.port = 0;
	discovery_format(&in, datagram);
	ck_assert_int_eq(discovery_parse((struct byte_view){datagram, DISCOVERY_LEN}, &out),
			 -EBADMSG);
}
END_TEST

START_TEST(query_asks_for_one_daemon_or_for_any)
{
	struct discovery query = sample(DISCOVERY_QUERY);
	uint8_t hash[DISCOVERY_HASH_LEN];

	memset(hash, 0xb2, sizeof(hash));
	ck_assert(discovery_asks_for(&query, hash));
	hash[DISCOVERY_HASH_LEN - 1] ^= 1;
	ck_assert(!discovery_asks_for(&query, hash));
	memset(query.host_key_hash, 0, sizeof(query.host_key_hash));
	ck_assert(discovery_asks_for(&query, hash));
	query.kind = DISCOVERY_ANSWER;
	ck_assert(!discovery_asks_for(&query, hash));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("discovery");

	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, every_other_length_is_badmsg);
	tcase_add_test(tests, another_magic_version_or_kind_is_badmsg);
	tcase_add_test(tests, answer_without_a_port_is_badmsg);
	tcase_add_test(tests, query_asks_for_one_daemon_or_for_any);
	return unit_main(tests, "discovery");
}
