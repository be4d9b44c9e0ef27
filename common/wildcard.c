#include "common/wildcard.h"

bool wildcard_match(struct byte_view pattern, struct byte_view text)
{
	bool has_star = false;
	size_t star = 0; /* behind the last '*' */
	size_t mark = 0; /* where in text what follows that '*' is tried next */
	size_t p = 0;
	size_t t = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			has_star = true;
			star = ++p;
			mark = t;
		} else if (p < pattern.len &&
			   (pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t])) {
			p++;
			t++;
		} else if (has_star) {
			/* The last '*' alone need take more: what came before has matched for good. */
			p = star;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}
