#include "agentd/nearest_name.h"

#include <string.h>

enum { NAME_LEN_MAX = 48 };

static size_t least(size_t a, size_t b, size_t c)
{
	size_t less = a < b ? a : b;

	return less < c ? less : c;
}

/* Optimal string alignment: edits of single letters, and swaps of neighbours. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_LEN_MAX + 1];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

void nearest_name_begin(struct nearest_name *nearest, const char *word)
{
	/* Of more than a third of its letters, or more than three, nobody is wrong who meant it. */
	size_t slips_max = strlen(word) / 3 + 1;

	*nearest = (struct nearest_name){.word = word};
	nearest->slips = (slips_max < 3 ? slips_max : 3) + 1;
}

void nearest_name_try(struct nearest_name *nearest, const char *name)
{
	size_t slips;

	if (strlen(nearest->word) > NAME_LEN_MAX || strlen(name) > NAME_LEN_MAX)
		return;
	slips = distance(nearest->word, name);
	if (slips >= nearest->slips)
		return;
	nearest->slips = slips;
	nearest->name = name;
}
