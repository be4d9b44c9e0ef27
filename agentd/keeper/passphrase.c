#include "agentd/keeper/passphrase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agentd/keeper/prompt.h"
#include "agentd/keeper/source.h"

enum {
	LINES_LEN_MAX = 64 * 1024,
	QUESTION_LEN_MAX = 4096 + 64, /* PATH_MAX and the words around it */
};

int passphrases_init(struct passphrases *known, const char *file, const char **why)
{
	int err;

	byte_buf_init(&known->lines, LINES_LEN_MAX);
	if (file == NULL)
		return 0;
	err = source_read_file(file, true, &known->lines, why);
	if (err == 0 && known->lines.len > 0 && known->lines.data[known->lines.len - 1] != '\n')
		byte_buf_put_u8(&known->lines, '\n');
	return err;
}

void passphrases_deinit(struct passphrases *known)
{
	byte_buf_deinit(&known->lines);
}

void passphrase_walk_init(struct passphrase_walk *walk, struct passphrases *known,
			  const char *key_name)
{
	*walk = (struct passphrase_walk){.known = known, .key_name = key_name};
	byte_buf_init(&walk->current, PASSPHRASE_LEN_MAX);
}

void passphrase_walk_deinit(struct passphrase_walk *walk)
{
	byte_buf_deinit(&walk->current);
}

/* The next line that holds something; false after the last. */
static bool take_known(struct passphrase_walk *walk, struct byte_view *line)
{
	struct byte_view rest = byte_buf_view(&walk->known->lines);
	const uint8_t *end;
	size_t len;

	while (walk->next_line < rest.len) {
		const uint8_t *start = rest.ptr + walk->next_line;

		end = memchr(start, '\n', rest.len - walk->next_line);
		len = end != NULL ? (size_t)(end - start) : rest.len - walk->next_line;
		walk->next_line += len + 1;
		if (len > 0 && start[len - 1] == '\r')
			len--;
		if (len > 0) {
			*line = (struct byte_view){.ptr = start, .len = len};
			return true;
		}
	}
	return false;
}

int passphrase_walk_next(struct passphrase_walk *walk, struct byte_view *passphrase)
{
	char question[QUESTION_LEN_MAX];
	int err;

	if (take_known(walk, passphrase))
		return 0;
	if (walk->asked == PASSPHRASE_ASK_MAX)
		return -ENOENT;
	snprintf(question, sizeof(question), "%s %s: ",
		 walk->asked == 0 ? "Enter passphrase for" : "Bad passphrase, try again for",
		 walk->key_name);
	walk->asked++;
	byte_buf_deinit(&walk->current);
	err = prompt_passphrase(question, &walk->current);
	if (err != 0)
		return err;
	*passphrase = byte_buf_view(&walk->current);
	return 0;
}

void passphrase_walk_accept(struct passphrase_walk *walk)
{
	if (walk->asked == 0) /* it came from the known ones */
		return;
	byte_buf_put_bytes(&walk->known->lines, walk->current.data, walk->current.len);
	byte_buf_put_u8(&walk->known->lines, '\n');
}
