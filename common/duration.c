#include "common/duration.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Far beyond any use, and far from any overflow. */
#define DURATION_MAX_S (UINT64_C(100) * 366 * 86400)

static uint64_t unit_seconds(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].seconds;
	}
	return 0;
}

int duration_parse(const char *text, uint64_t *seconds)
{
	unsigned long long number;
	uint64_t unit;
	char *rest;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &rest, 10);
	unit = unit_seconds(rest);
	if (errno != 0 || unit == 0 || number == 0 || number > DURATION_MAX_S / unit)
		return -EINVAL;
	*seconds = number * unit;
	return 0;
}
