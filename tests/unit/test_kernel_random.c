#define OPENSSL_SUPPRESS_DEPRECATED

#include "common/kernel_random.h"

#include <errno.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/random.h>

#include "tests/support/unit.h"

static enum { KERNEL_GIVES, KERNEL_GIVES_A_BYTE, KERNEL_HAS_NONE } kernel;
static unsigned call_count;
static unsigned interrupted_count;

/* In the place of libc's. */
ssize_t getrandom(void *bytes, size_t len, unsigned flags)
{
	ck_assert_uint_eq(flags, 0); /* never before the kernel has enough of it */
	call_count++;
	if (kernel == KERNEL_HAS_NONE) {
		errno = ENOSYS;
		return -1;
	}
	if (kernel == KERNEL_GIVES_A_BYTE && call_count % 2 == 0) {
		interrupted_count++;
		errno = EINTR;
		return -1;
	}
	if (kernel == KERNEL_GIVES_A_BYTE)
		len = 1;
	memset(bytes, (int)call_count, len);
	return (ssize_t)len;
}

START_TEST(libcryptos_bytes_are_the_kernels)
{
	uint8_t bytes[8] = {0};
	uint8_t expected[8];

	ck_assert_int_eq(kernel_random_use(), 0);
	call_count = 0;
	ck_assert_int_eq(RAND_status(), 1);
	ck_assert_int_eq(RAND_bytes(bytes, sizeof(bytes)), 1);
	memset(expected, 1, sizeof(expected));
	ck_assert_mem_eq(bytes, expected, sizeof(bytes));
	ck_assert_int_eq(RAND_priv_bytes(bytes, sizeof(bytes)), 1);
	memset(expected, 2, sizeof(expected));
	ck_assert_mem_eq(bytes, expected, sizeof(bytes));
	ck_assert_uint_eq(call_count, 2);
}
END_TEST

START_TEST(interrupted_and_short_answers_are_asked_for_the_rest)
{
	uint8_t bytes[300] = {0};

	ck_assert_int_eq(kernel_random_use(), 0);
	kernel = KERNEL_GIVES_A_BYTE;
	call_count = 0;
	ck_assert_int_eq(RAND_bytes(bytes, sizeof(bytes)), 1);
	kernel = KERNEL_GIVES;
	ck_assert_uint_eq(interrupted_count, sizeof(bytes) - 1);
	ck_assert_uint_eq(call_count, 2 * sizeof(bytes) - 1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		ck_assert_uint_eq(bytes[i], (uint8_t)(2 * i + 1));
}
END_TEST

START_TEST(bytes_that_the_kernel_refuses_are_none)
{
	uint8_t bytes[8];

	ck_assert_int_eq(kernel_random_use(), 0);
	kernel = KERNEL_HAS_NONE;
	ck_assert_int_eq(RAND_bytes(bytes, sizeof(bytes)), 0);
	kernel = KERNEL_GIVES;
}
END_TEST

START_TEST(libcryptos_generator_stays_where_the_kernel_has_none)
{
	const RAND_METHOD *before = RAND_get_rand_method();

	kernel = KERNEL_HAS_NONE;
	ck_assert_int_eq(kernel_random_use(), 0);
	ck_assert_ptr_eq(RAND_get_rand_method(), before);
	kernel = KERNEL_GIVES;
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("kernel_random");

	tcase_add_test(tests, libcryptos_generator_stays_where_the_kernel_has_none);
	tcase_add_test(tests, libcryptos_bytes_are_the_kernels);
	tcase_add_test(tests, interrupted_and_short_answers_are_asked_for_the_rest);
	tcase_add_test(tests, bytes_that_the_kernel_refuses_are_none);
	return unit_main(tests, "kernel_random");
}
