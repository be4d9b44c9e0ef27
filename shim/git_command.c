#include "shim/git_command.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { PROGRAM_SIZE = 256 };

/* One word being taken from a shell command. */
struct word {
	char *text;
	size_t size;
	size_t len;
	bool is_cut;
};

static void word_put(struct word *word, char c)
{
	if (word->len + 1 < word->size)
		word->text[word->len++] = c;
	else
		word->is_cut = true;
}

/* What stands between double quotes, up to the closing one; NULL if it is there not, or expands. */
static const char *take_double_quoted(const char *p, struct word *word)
{
	for (; *p != '"'; p++) {
		if (*p == '\0' || *p == '$' || *p == '`')
			return NULL;
		if (*p == '\\' && p[1] != '\0' && strchr("\\\"$`", p[1]) != NULL)
			p++;
		word_put(word, *p);
	}
	return p;
}

static const char *take_single_quoted(const char *p, struct word *word)
{
	for (; *p != '\''; p++) {
		if (*p == '\0')
			return NULL;
		word_put(word, *p);
	}
	return p;
}

/*
 * The next word as a POSIX shell would take it, git's own quoting included ('it'\''s', 'no'\!'').
 * What follows it; NULL where there is none, or where the shell would do more than unquote.
 */
static const char *take_word(const char *p, char *text, size_t size, bool *is_cut)
{
	struct word word = {.text = text, .size = size};

	p += strspn(p, " \t");
	if (*p == '\0')
		return NULL;
	for (; p != NULL && *p != '\0' && *p != ' ' && *p != '\t'; p += p != NULL) {
		if (*p == '\'') {
			p = take_single_quoted(p + 1, &word);
		} else if (*p == '"') {
			p = take_double_quoted(p + 1, &word);
		} else if (*p == '\\') {
			if (*++p == '\0')
				return NULL;
			word_put(&word, *p);
		} else if (strchr("$`;&|<>()*?[#\n", *p) != NULL) {
			return NULL;
		} else {
			word_put(&word, *p);
		}
		if (p == NULL)
			return NULL;
	}
	text[word.len] = '\0';
	*is_cut = word.is_cut;
	return p;
}

static bool is_repository_verb(const char *verb)
{
	static const char *const verbs[] = {
		"upload-pack", "receive-pack", "upload-archive", "lfs-authenticate", "lfs-transfer",
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* What follows the program's name; NULL if it is none of git's that serve a repository. */
static const char *take_program(const char *command)
{
	char text[PROGRAM_SIZE];
	const char *name;
	const char *rest;
	bool is_cut;

	rest = take_word(command, text, sizeof(text), &is_cut);
	if (rest == NULL || is_cut)
		return NULL;
	name = base_name(text);
	if (strcmp(name, "git") == 0) {
		rest = take_word(rest, text, sizeof(text), &is_cut);
		return rest != NULL && !is_cut && is_repository_verb(text) ? rest : NULL;
	}
	return strncmp(name, "git-", 4) == 0 && is_repository_verb(name + 4) ? rest : NULL;
}

int git_command_path(const char *command, char *out, size_t out_size)
{
	const char *rest = take_program(command);
	bool is_cut = false;

	do {
		if (rest != NULL)
			rest = take_word(rest, out, out_size, &is_cut);
		if (rest == NULL)
			return -ENOENT;
	} while (strncmp(out, "--", 2) == 0); /* git-upload-pack --strict PATH */
	if (is_cut)
		return -ENAMETOOLONG;
	return out[0] != '\0' ? 0 : -ENOENT;
}
