#include "common/utf8.h"

/* Bytes behind the first, and the smallest code point that needs them; 0 for what begins nothing. */
static size_t tail_of(uint8_t first, uint32_t *smallest)
{
	if (first >= 0xc0 && first < 0xe0) {
		*smallest = 0x80;
		return 1;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*smallest = 0x800;
		return 2;
	}
	if (first >= 0xf0 && first < 0xf8) {
		*smallest = 0x10000;
		return 3;
	}
	return 0;
}

bool utf8_next(struct byte_view *rest, uint32_t *code_point)
{
	uint8_t first = rest->ptr[0];
	uint32_t smallest = 0;
	size_t tail = tail_of(first, &smallest);
	uint32_t value = first & (0x3fu >> tail);
	bool is_good = first < 0x80 || (tail > 0 && tail < rest->len);

	for (size_t i = 1; is_good && i <= tail; i++) {
		is_good = (rest->ptr[i] & 0xc0) == 0x80;
		value = value << 6 | (rest->ptr[i] & 0x3f);
	}
	if (is_good && tail > 0)
		is_good = value >= smallest && value <= 0x10ffff &&
			  (value < 0xd800 || value > 0xdfff);
	if (!is_good || tail == 0) {
		tail = 0;
		value = first;
	}
	rest->ptr += tail + 1;
	rest->len -= tail + 1;
	*code_point = value;
	return is_good;
}
