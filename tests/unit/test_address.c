#include "common/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "tests/support/unit.h"

/* Parsed anew into one of two places, so that two can be compared. */
static const struct sockaddr *address_of(const char *text)
{
	static struct sockaddr_storage places[2];
	static int turn;
	struct sockaddr_storage *place = &places[turn++ % 2];

	ck_assert_msg(address_parse(text, 2522, place) == 0, "%s", text);
	return (struct sockaddr *)place;
}

static bool prefix_contains(const char *prefix_text, const char *address_text)
{
	struct ip_prefix prefix;

	ck_assert_msg(ip_prefix_parse(prefix_text, &prefix) == 0, "%s", prefix_text);
	return ip_prefix_contains(&prefix, address_of(address_text));
}

static const char *round_trip(const char *text)
{
	static char formatted[ADDRESS_TEXT_MAX];

	return address_format(address_of(text), formatted);
}

START_TEST(addresses_are_read_with_and_without_port)
{
	ck_assert_str_eq(round_trip("127.0.0.1"), "127.0.0.1:2522");
	ck_assert_str_eq(round_trip("127.0.0.1:0"), "127.0.0.1:0");
	ck_assert_str_eq(round_trip("127.0.0.1:65535"), "127.0.0.1:65535");
	ck_assert_str_eq(round_trip("127.0.0.1:90"), "127.0.0.1:90");
	ck_assert_str_eq(round_trip("fd00::1"), "[fd00::1]:2522");
	ck_assert_str_eq(round_trip("[fd00::1]"), "[fd00::1]:2522");
	ck_assert_str_eq(round_trip("[fd00::1]:80"), "[fd00::1]:80");
	ck_assert_str_eq(round_trip("::"), "[::]:2522");
	/* mapped IPv4 is shown as what it is */
	ck_assert_str_eq(round_trip("[::ffff:10.0.0.1]:80"), "10.0.0.1:80");
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const texts[] = {
		"",
		":",
		":80",
		"host",
		"127.0.0.1:",
		"127.0.0.1:x",
		"127.0.0.1:65536",
		"127.0.0.1:-1",
		"127.0.0.1:+1",
		"127.0.0.1: 1",
		"127.0.0",
		"127.0.0.256",
		"127.0.0.1 ",
		" 127.0.0.1",
		"127.0.0.1:1x",
		"[fd00::1",
		"fd00::1]",
		"[fd00::1]80",
		"[fd00::1]:",
		"[]:80",
		"[fd00::1]:x",
		"[fd00::1]]:1",
		"fd00::1%lo",
		"1.2.3.4:18446744073709551617",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80",
		"00000000000000000000000000000000000000000000000000000000000000",
	};
	struct sockaddr_storage out = {.ss_family = 77};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(address_parse(texts[i], 1, &out) == -EINVAL, "%s", texts[i]);
	ck_assert_int_eq(out.ss_family, 77); /* untouched */
}
END_TEST

/* Lengths about those of the buffers inside: AddressSanitizer sees one byte too many. */
START_TEST(no_host_is_too_long_to_be_refused)
{
	char host[80];
	struct sockaddr_storage out;
	struct ip_prefix prefix;

	for (size_t len = 40; len < sizeof(host); len++) {
		memset(host, 'f', len);
		host[len] = '\0';
		ck_assert_int_eq(address_parse(host, 1, &out), -EINVAL);
		ck_assert_int_eq(ip_prefix_parse(host, &prefix), -EINVAL);
	}
}
END_TEST

START_TEST(a_prefix_contains_what_lies_in_it)
{
	ck_assert(prefix_contains("172.17.0.0/16", "172.17.255.255"));
	ck_assert(!prefix_contains("172.17.0.0/16", "172.18.0.0"));
	ck_assert(!prefix_contains("172.17.0.0/16", "172.16.255.255"));
	ck_assert(prefix_contains("10.0.0.0/8", "10.255.0.1"));
	ck_assert(!prefix_contains("10.0.0.0/8", "11.0.0.0"));
	ck_assert(prefix_contains("10.0.0.0/9", "10.127.0.1"));
	ck_assert(!prefix_contains("10.0.0.0/9", "10.128.0.1"));
	ck_assert(prefix_contains("fd00::/8", "fdff::1"));
	ck_assert(!prefix_contains("fd00::/8", "fe00::1"));
	ck_assert(prefix_contains("fd00::/64", "fd00::ffff:ffff:ffff:ffff"));
	ck_assert(!prefix_contains("fd00::/64", "fd00:0:0:1::"));
}
END_TEST

START_TEST(the_bits_of_a_prefix_count_one_by_one)
{
	/* The last bit of the prefix decides, and the bit behind it does not. */
	for (unsigned bits = 25; bits <= 32; bits++) {
		char prefix[32];
		char other[32];

		snprintf(prefix, sizeof(prefix), "10.0.0.0/%u", bits);
		snprintf(other, sizeof(other), "10.0.0.%u", 1U << (32 - bits));
		ck_assert_msg(!prefix_contains(prefix, other), "%s %s", prefix, other);
		if (bits == 32)
			break;
		snprintf(other, sizeof(other), "10.0.0.%u", 1U << (31 - bits));
		ck_assert_msg(prefix_contains(prefix, other), "%s %s", prefix, other);
	}
}
END_TEST

START_TEST(a_prefix_of_no_bits_contains_its_whole_family_and_only_that)
{
	ck_assert(prefix_contains("0.0.0.0/0", "255.255.255.255"));
	ck_assert(!prefix_contains("0.0.0.0/0", "fd00::1"));
	ck_assert(prefix_contains("::/0", "fd00::1"));
	ck_assert(!prefix_contains("::/0", "10.0.0.1"));
}
END_TEST

START_TEST(mapped_v4_counts_as_v4)
{
	ck_assert(prefix_contains("10.0.0.0/8", "::ffff:10.1.2.3"));
	ck_assert(!prefix_contains("10.0.0.0/8", "::ffff:11.1.2.3"));
	ck_assert(!prefix_contains("::/0", "::ffff:10.1.2.3"));
	ck_assert(address_same_host(address_of("::ffff:10.1.2.3"), address_of("10.1.2.3")));
	ck_assert(address_is_wildcard(address_of("::ffff:0.0.0.0")));
}
END_TEST

START_TEST(an_address_alone_is_a_prefix_of_full_length)
{
	ck_assert(prefix_contains("10.0.0.1", "10.0.0.1"));
	ck_assert(!prefix_contains("10.0.0.1", "10.0.0.0"));
	ck_assert(prefix_contains("fd00::1", "fd00::1"));
	ck_assert(!prefix_contains("fd00::1", "fd00::"));
}
END_TEST

START_TEST(what_is_no_prefix_is_refused)
{
	static const char *const texts[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/+8",
		"10.0.0.0/ 8",
		"10.0.0.0/8x",
		"10.0.0/8",
		"fd00::/129",
		"host/8",
		"10.0.0.0/8/8",
		"10.0.0.0/255.0.0.0",
		"[fd00::]/8",
	};
	struct ip_prefix out = {.bits = 77};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(ip_prefix_parse(texts[i], &out) == -EINVAL, "%s", texts[i]);
	ck_assert_uint_eq(out.bits, 77);
}
END_TEST

START_TEST(a_netmask_makes_a_prefix)
{
	struct ip_prefix prefix;

	ck_assert_int_eq(
		ip_prefix_of_netmask(address_of("172.17.0.1"), address_of("255.255.0.0"), &prefix),
		0);
	ck_assert_uint_eq(prefix.bits, 16);
	ck_assert(ip_prefix_contains(&prefix, address_of("172.17.9.9")));
	ck_assert(!ip_prefix_contains(&prefix, address_of("172.18.0.1")));
	ck_assert_int_eq(ip_prefix_of_netmask(address_of("fd00::1"),
					      address_of("ffff:ffff:ffff:ffff::"), &prefix),
			 0);
	ck_assert_uint_eq(prefix.bits, 64);
	ck_assert(ip_prefix_contains(&prefix, address_of("fd00::2")));
}
END_TEST

START_TEST(a_netmask_of_another_family_makes_none)
{
	struct ip_prefix prefix;
	struct sockaddr local = {.sa_family = AF_UNIX};

	ck_assert_int_eq(
		ip_prefix_of_netmask(address_of("10.0.0.1"), address_of("ffff::"), &prefix),
		-EAFNOSUPPORT);
	ck_assert_int_eq(ip_prefix_of_netmask(&local, &local, &prefix), -EAFNOSUPPORT);
}
END_TEST

START_TEST(the_same_host_is_told_whatever_the_port)
{
	ck_assert(address_same_host(address_of("10.0.0.1:1"), address_of("10.0.0.1:2")));
	ck_assert(!address_same_host(address_of("10.0.0.1"), address_of("10.0.0.2")));
	ck_assert(address_same_host(address_of("[fd00::1]:1"), address_of("fd00::1")));
	ck_assert(!address_same_host(address_of("fd00::1"), address_of("fd00::2")));
	ck_assert(!address_same_host(address_of("0.0.0.0"), address_of("::")));
}
END_TEST

START_TEST(what_is_no_ip_address_is_no_host)
{
	struct sockaddr local = {.sa_family = AF_UNIX};
	struct ip_prefix all = {.family = AF_INET};
	char text[ADDRESS_TEXT_MAX];

	ck_assert(!address_same_host(&local, &local));
	ck_assert(!address_is_wildcard(&local));
	ck_assert(!ip_prefix_contains(&all, &local));
	ck_assert_uint_eq(address_port(&local), 0);
	ck_assert_str_eq(address_format(&local, text), "local");
}
END_TEST

START_TEST(wildcards_are_told_from_addresses)
{
	ck_assert(address_is_wildcard(address_of("0.0.0.0")));
	ck_assert(address_is_wildcard(address_of("::")));
	ck_assert(!address_is_wildcard(address_of("0.0.0.1")));
	ck_assert(!address_is_wildcard(address_of("1.0.0.0")));
	ck_assert(!address_is_wildcard(address_of("::1")));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("address");

	tcase_add_test(tests, addresses_are_read_with_and_without_port);
	tcase_add_test(tests, what_is_no_address_is_refused);
	tcase_add_test(tests, no_host_is_too_long_to_be_refused);
	tcase_add_test(tests, a_prefix_contains_what_lies_in_it);
	tcase_add_test(tests, the_bits_of_a_prefix_count_one_by_one);
	tcase_add_test(tests, a_prefix_of_no_bits_contains_its_whole_family_and_only_that);
	tcase_add_test(tests, mapped_v4_counts_as_v4);
	tcase_add_test(tests, an_address_alone_is_a_prefix_of_full_length);
	tcase_add_test(tests, what_is_no_prefix_is_refused);
	tcase_add_test(tests, a_netmask_makes_a_prefix);
	tcase_add_test(tests, a_netmask_of_another_family_makes_none);
	tcase_add_test(tests, the_same_host_is_told_whatever_the_port);
	tcase_add_test(tests, what_is_no_ip_address_is_no_host);
	tcase_add_test(tests, wildcards_are_told_from_addresses);
	return unit_main(tests, "address");
}
