#include "shim/printable.h"

void printable_copy(char *to, size_t size, struct byte_view bytes)
{
	size_t len = bytes.len < size ? bytes.len : size - 1;

	for (size_t i = 0; i < len; i++)
		to[i] = (char)(bytes.ptr[i] < 0x20 || bytes.ptr[i] == 0x7f ? '?' : bytes.ptr[i]);
	to[len] = '\0';
}
