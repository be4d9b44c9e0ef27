/*
 * words.h - an input as the words of a command line: one a line, each in a heap block of its own size.
 */
#ifndef TESTS_FUZZ_WORDS_H
#define TESTS_FUZZ_WORDS_H

#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 128 };

struct words {
	int argc;
	char *argv[WORDS_MAX + 1]; /* argv[argc] is NULL */
};

/* One more, where there is room; it ends at a NUL. */
static inline void words_add(struct words *words, const void *text, size_t len)
{
	char *word;

	if (words->argc == WORDS_MAX)
		return;
	word = strndup(text, len);
	FUZZ_CHECK(word != NULL);
	words->argv[words->argc++] = word; /* transferred */
	words->argv[words->argc] = NULL;
} /* NOLINT(clang-analyzer-unix.Malloc): argv keeps it, at a place that it does not follow */

/* The lines of text, behind the words there are; none of text that is empty. */
static inline void words_add_lines(struct words *words, struct byte_view text)
{
	while (text.len > 0) {
		const uint8_t *newline = memchr(text.ptr, '\n', text.len);
		size_t len = newline != NULL ? (size_t)(newline - text.ptr) : text.len;

		words_add(words, text.ptr, len);
		text.ptr += len + (newline != NULL);
		text.len -= len + (newline != NULL);
	}
}

static inline void words_deinit(struct words *words)
{
	for (int i = 0; i < words->argc; i++)
		free(words->argv[i]);
	*words = (struct words){0};
}

#endif
