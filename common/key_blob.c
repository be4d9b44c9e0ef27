#include "common/key_blob.h"

struct byte_view key_blob_type(struct byte_view blob)
{
	struct reader r = reader_of(blob);

	return reader_string(&r);
}

static unsigned magnitude_bits(struct byte_view number)
{
	while (number.len > 0 && number.ptr[0] == 0) {
		number.ptr++;
		number.len--;
	}
	if (number.len == 0 || number.len > 16384)
		return 0;
	return (unsigned)(8 * number.len) - ((unsigned)__builtin_clz(number.ptr[0]) - 24);
}

unsigned key_blob_bits(struct byte_view blob)
{
	struct reader r = reader_of(blob);
	struct byte_view type = reader_string(&r);

	if (view_equals_text(type, "ssh-ed25519") ||
	    view_equals_text(type, "sk-ssh-ed25519@openssh.com") ||
	    view_equals_text(type, "ecdsa-sha2-nistp256") ||
	    view_equals_text(type, "sk-ecdsa-sha2-nistp256@openssh.com"))
		return 256;
	if (view_equals_text(type, "ecdsa-sha2-nistp384"))
		return 384;
	if (view_equals_text(type, "ecdsa-sha2-nistp521"))
		return 521;
	if (!view_equals_text(type, "ssh-rsa"))
		return 0;
	reader_string(&r); /* e */
	return magnitude_bits(reader_string(&r));
}
