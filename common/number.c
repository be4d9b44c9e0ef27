#include "common/number.h"

#include <errno.h>
#include <stdlib.h>

int number_parse(const char *text, unsigned long min, unsigned long max, unsigned long *out)
{
	int errno_before = errno;
	char *end;
	unsigned long value;

	if (text[0] < '0' || text[0] > '9') /* strtoul takes signs and spaces */
		return -EINVAL;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return -EINVAL;
	errno = errno_before;
	*out = value;
	return 0;
}
