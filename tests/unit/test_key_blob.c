#include "common/key_blob.h"

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static unsigned bits_of(const void *bytes, size_t len)
{
	struct byte_view blob = exact_copy(bytes, len);
	unsigned bits = key_blob_bits(blob);

	exact_free(blob);
	return bits;
}

static unsigned bits_of_type(const char *type)
{
	struct byte_buf blob;
	unsigned bits;

	byte_buf_init(&blob, 4096);
	byte_buf_put_text(&blob, type);
	byte_buf_put_text(&blob, "whatever");
	bits = bits_of(blob.data, blob.len);
	byte_buf_deinit(&blob);
	return bits;
}

/* An RSA blob with a modulus of len bytes that begins with first; zeros in front of that. */
static void put_rsa(struct byte_buf *blob, size_t zeros, uint8_t first, size_t len)
{
	byte_buf_init(blob, 32768);
	byte_buf_put_text(blob, "ssh-rsa");
	byte_buf_put_string(blob, (struct byte_view){(const uint8_t *)"\x01\0\x01", 3});
	byte_buf_put_u32(blob, (uint32_t)(zeros + len));
	for (size_t i = 0; i < zeros; i++)
		byte_buf_put_u8(blob, 0);
	for (size_t i = 0; i < len; i++)
		byte_buf_put_u8(blob, i == 0 ? first : 0xff);
}

static unsigned rsa_bits(size_t zeros, uint8_t first, size_t len)
{
	struct byte_buf blob;
	unsigned bits;

	put_rsa(&blob, zeros, first, len);
	bits = bits_of(blob.data, blob.len);
	byte_buf_deinit(&blob);
	return bits;
}

START_TEST(the_type_is_the_first_string)
{
	struct byte_buf blob;

	byte_buf_init(&blob, 64);
	byte_buf_put_text(&blob, "ssh-ed25519");
	ck_assert(view_equals_text(key_blob_type(byte_buf_view(&blob)), "ssh-ed25519"));
	for (size_t len = 0; len < blob.len; len++) {
		struct byte_view cut = exact_copy(blob.data, len);

		ck_assert_uint_eq(key_blob_type(cut).len, 0);
		exact_free(cut);
	}
	byte_buf_deinit(&blob);
}
END_TEST

START_TEST(curves_have_the_size_of_their_name)
{
	ck_assert_uint_eq(bits_of_type("ssh-ed25519"), 256);
	ck_assert_uint_eq(bits_of_type("sk-ssh-ed25519@openssh.com"), 256);
	ck_assert_uint_eq(bits_of_type("ecdsa-sha2-nistp256"), 256);
	ck_assert_uint_eq(bits_of_type("sk-ecdsa-sha2-nistp256@openssh.com"), 256);
	ck_assert_uint_eq(bits_of_type("ecdsa-sha2-nistp384"), 384);
	ck_assert_uint_eq(bits_of_type("ecdsa-sha2-nistp521"), 521);
}
END_TEST

START_TEST(types_unknown_have_no_size)
{
	ck_assert_uint_eq(bits_of_type(""), 0);
	ck_assert_uint_eq(bits_of_type("ssh-dss"), 0);
	ck_assert_uint_eq(bits_of_type("ssh-ed25519-cert-v01@openssh.com"), 0);
}
END_TEST

START_TEST(an_rsa_key_has_the_bits_of_its_modulus)
{
	ck_assert_uint_eq(rsa_bits(0, 0x80, 256), 2048);
	ck_assert_uint_eq(rsa_bits(1, 0x80, 256), 2048); /* as ssh-keygen writes it */
	ck_assert_uint_eq(rsa_bits(0, 0x7f, 256), 2047);
	ck_assert_uint_eq(rsa_bits(0, 0x01, 256), 2041);
	ck_assert_uint_eq(rsa_bits(3, 0xc0, 384), 3072);
	ck_assert_uint_eq(rsa_bits(4, 0, 0), 0);
	ck_assert_uint_eq(rsa_bits(0, 0, 0), 0);
	ck_assert_uint_eq(rsa_bits(0, 0x80, 16384), 131072);
	ck_assert_uint_eq(rsa_bits(0, 0x80, 16385), 0); /* nobody means that */
}
END_TEST

START_TEST(every_prefix_of_an_rsa_key_has_no_size)
{
	struct byte_buf blob;

	put_rsa(&blob, 1, 0x80, 256);
	for (size_t len = 0; len < blob.len; len++)
		ck_assert_uint_eq(bits_of(blob.data, len), 0);
	byte_buf_deinit(&blob);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("key_blob");

	tcase_add_test(tests, the_type_is_the_first_string);
	tcase_add_test(tests, curves_have_the_size_of_their_name);
	tcase_add_test(tests, types_unknown_have_no_size);
	tcase_add_test(tests, an_rsa_key_has_the_bits_of_its_modulus);
	tcase_add_test(tests, every_prefix_of_an_rsa_key_has_no_size);
	return unit_main(tests, "key_blob");
}
