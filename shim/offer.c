#include "shim/offer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/printable.h"

#define OFFER_FIRST_LINE "ssh-forward-agent-offer 1"
#define OFFER_LAST_LINE "end"

/* The next word of a line, or an empty view; *line is what follows it. */
static struct byte_view take_word(struct byte_view *line)
{
	const uint8_t *space = line->len > 0 ? memchr(line->ptr, ' ', line->len) : NULL;
	struct byte_view word = *line;

	if (space == NULL) {
		*line = (struct byte_view){.ptr = line->ptr + line->len, .len = 0};
		return word;
	}
	word.len = (size_t)(space - line->ptr);
	line->ptr = space + 1;
	line->len -= word.len + 1;
	return word;
}

/* A word of digits. */
static int parse_decimal(struct byte_view word, int64_t max, int64_t *out)
{
	int64_t value = 0;

	if (word.len == 0)
		return -EBADMSG;
	for (size_t i = 0; i < word.len; i++) {
		int digit = word.ptr[i] - '0';

		if (digit < 0 || digit > 9 || value > (max - digit) / 10)
			return -EBADMSG;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

/* Room for one more element, doubling; NULL without memory. Elements are plain data. */
static void *array_grow(void **array, size_t count, size_t size)
{
	void *grown;

	if (count != 0 && (count & (count - 1)) != 0)
		return (char *)*array + count * size;
	grown = reallocarray(*array, count == 0 ? 1 : count * 2, size);
	if (grown == NULL)
		return NULL;
	*array = grown;
	memset((char *)grown + count * size, 0, size);
	return (char *)grown + count * size;
}

static int parse_id_line(struct byte_view line, struct offer *offer)
{
	struct byte_view name = take_word(&line);
	struct byte_view source = take_word(&line);
	struct byte_view state = take_word(&line);
	struct offer_id *id;

	if (!id_is_valid(name) || source.len == 0 || state.len == 0)
		return -EBADMSG;
	if (offer->id_count == OFFER_IDS_MAX)
		return -EMSGSIZE;
	id = array_grow((void **)&offer->ids, offer->id_count, sizeof(*id));
	if (id == NULL)
		return -ENOMEM;
	printable_copy(id->name, OFFER_TEXT_SIZE, name);
	printable_copy(id->source, OFFER_TEXT_SIZE, source);
	printable_copy(id->reason, OFFER_TEXT_SIZE, line);
	id->is_available = view_equals_text(state, "ok");
	id->first_key = offer->key_count;
	id->key_count = 0;
	offer->id_count++;
	return 0;
}

static int parse_key_line(struct byte_view line, struct offer *offer)
{
	struct byte_view owner = take_word(&line);
	struct byte_view fingerprint = take_word(&line);
	struct byte_view type = take_word(&line);
	struct offer_id *id;
	struct offer_key *key;
	int64_t bits;

	if (offer->id_count == 0 || fingerprint.len == 0 || type.len == 0 ||
	    parse_decimal(take_word(&line), UINT32_MAX, &bits) != 0)
		return -EBADMSG;
	id = &offer->ids[offer->id_count - 1];
	if (!view_equals_text(owner, id->name))
		return -EBADMSG;
	if (offer->key_count == OFFER_KEYS_MAX)
		return -EMSGSIZE;
	key = array_grow((void **)&offer->keys, offer->key_count, sizeof(*key));
	if (key == NULL)
		return -ENOMEM;
	printable_copy(key->fingerprint, OFFER_TEXT_SIZE, fingerprint);
	printable_copy(key->type, OFFER_TEXT_SIZE, type);
	printable_copy(key->comment, OFFER_TEXT_SIZE, line);
	key->bits = (uint32_t)bits;
	offer->key_count++;
	id->key_count++;
	return 0;
}

static int parse_repo_line(struct byte_view line, struct offer *offer)
{
	struct byte_view id = take_word(&line);
	struct repo_place place;
	struct offer_repo *repo;

	if (!id_is_valid(id) || line.len > REPO_PATTERN_MAX)
		return -EBADMSG;
	if (offer->repo_count == OFFER_REPOS_MAX)
		return -EMSGSIZE;
	repo = array_grow((void **)&offer->repos, offer->repo_count, sizeof(*repo));
	if (repo == NULL)
		return -ENOMEM;
	*repo = (struct offer_repo){0};
	memcpy(repo->id, id.ptr, id.len);
	memcpy(repo->pattern, line.ptr, line.len);
	if (memchr(line.ptr, '\0', line.len) != NULL ||
	    repo_pattern_parse(repo->pattern, &place) != 0)
		return -EBADMSG;
	offer->repo_count++;
	return 0;
}

static int parse_secret_line(struct byte_view line, struct offer *offer)
{
	struct byte_view name = take_word(&line);
	struct byte_view kind = take_word(&line);
	struct offer_secret secret = {0};
	struct offer_secret *place;
	int err = 0;

	if (!id_is_valid(name))
		return -EBADMSG;
	memcpy(secret.name, name.ptr, name.len);
	if (view_equals_text(kind, "dir")) {
		secret.kind = OFFER_SECRET_DIRECTORY;
	} else if (view_equals_text(kind, "file")) {
		err = parse_decimal(take_word(&line), INT64_MAX, &secret.size);
	} else if (view_equals_text(kind, "unavailable")) {
		secret.kind = OFFER_SECRET_UNAVAILABLE;
		printable_copy(secret.reason, sizeof(secret.reason), line);
	} else {
		err = -EBADMSG;
	}
	if (err != 0)
		return err;
	if (offer->secret_count == OFFER_SECRETS_MAX)
		return -EMSGSIZE;
	place = array_grow((void **)&offer->secrets, offer->secret_count, sizeof(*place));
	if (place == NULL)
		return -ENOMEM;
	*place = secret;
	offer->secret_count++;
	return 0;
}

/* As it stands, for ssh to judge; but what a line of a file cannot hold is no line. */
static int parse_known_host_line(struct byte_view line, struct offer *offer)
{
	if (line.len == 0)
		return -EBADMSG;
	for (size_t i = 0; i < line.len; i++) {
		if ((line.ptr[i] < 0x20 && line.ptr[i] != '\t') || line.ptr[i] == 0x7f)
			return -EBADMSG;
	}
	byte_buf_put_bytes(&offer->known_hosts, line.ptr, line.len);
	byte_buf_put_u8(&offer->known_hosts, '\n');
	return byte_buf_status(&offer->known_hosts);
}

static int parse_line(struct byte_view line, struct offer *offer)
{
	struct byte_view word = take_word(&line);

	if (view_equals_text(word, "id"))
		return parse_id_line(line, offer);
	if (view_equals_text(word, "key"))
		return parse_key_line(line, offer);
	if (view_equals_text(word, "repo"))
		return parse_repo_line(line, offer);
	if (view_equals_text(word, "secret"))
		return parse_secret_line(line, offer);
	if (view_equals_text(word, "known-host"))
		return parse_known_host_line(line, offer);
	if (view_equals_text(word, "daemon")) {
		printable_copy(offer->daemon_version, OFFER_TEXT_SIZE, line);
	} else if (view_equals_text(word, "default")) {
		if (line.len == 0 || line.len >= OFFER_TEXT_SIZE)
			return -EBADMSG;
		printable_copy(offer->default_id, OFFER_TEXT_SIZE, line);
	} else if (view_equals_text(word, "token")) {
		printable_copy(offer->token_name, OFFER_TEXT_SIZE, take_word(&line));
		if (offer->token_name[0] == '\0')
			return -EBADMSG;
		return parse_decimal(take_word(&line), INT64_MAX, &offer->token_expiry);
	}
	return 0;
}

/* The next line without its newline; -EBADMSG where none is whole. */
static int take_line(struct byte_view *text, struct byte_view *line)
{
	const uint8_t *newline = text->len > 0 ? memchr(text->ptr, '\n', text->len) : NULL;

	if (newline == NULL)
		return -EBADMSG;
	*line = (struct byte_view){.ptr = text->ptr, .len = (size_t)(newline - text->ptr)};
	text->ptr = newline + 1;
	text->len -= line->len + 1;
	return 0;
}

int offer_parse(struct byte_view text, struct offer *out)
{
	struct offer offer = {0};
	struct byte_view line;
	int err;

	if (text.len > OFFER_LEN_MAX)
		return -EMSGSIZE;
	byte_buf_init(&offer.known_hosts, OFFER_KNOWN_HOSTS_MAX);
	err = take_line(&text, &line);
	if (err == 0 && !view_equals_text(line, OFFER_FIRST_LINE))
		err = -EBADMSG;
	while (err == 0) {
		err = take_line(&text, &line);
		if (err != 0 || view_equals_text(line, OFFER_LAST_LINE))
			break;
		err = parse_line(line, &offer);
	}
	if (err == 0)
		*out = offer;
	else
		offer_deinit(&offer);
	return err;
}

void offer_deinit(struct offer *offer)
{
	free(offer->ids);
	free(offer->keys);
	free(offer->repos);
	free(offer->secrets);
	byte_buf_deinit(&offer->known_hosts);
	*offer = (struct offer){0};
}

const struct offer_id *offer_find(const struct offer *offer, const char *name)
{
	for (size_t i = 0; i < offer->id_count; i++) {
		if (strcmp(offer->ids[i].name, name) == 0)
			return &offer->ids[i];
	}
	return NULL;
}

/* "a, b, c", cut where there is no more room. */
static void list_ids(const struct offer *offer, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < offer->id_count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? ", " : "",
					offer->ids[i].name);
}

const struct offer_secret *offer_find_secret(const struct offer *offer, const char *name)
{
	for (size_t i = 0; i < offer->secret_count; i++) {
		if (strcmp(offer->secrets[i].name, name) == 0)
			return &offer->secrets[i];
	}
	return NULL;
}

void offer_list_secrets(const struct offer *offer, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < offer->secret_count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? ", " : "",
					offer->secrets[i].name);
}

int offer_choose(const struct offer *offer, const char *wanted, const struct offer_id **out,
		 char *error, size_t error_size)
{
	const char *name = wanted != NULL ? wanted : offer->default_id;
	const struct offer_id *found = offer_find(offer, name);
	char ids[1024];

	if (wanted == NULL && found == NULL && offer->id_count == 1)
		found = &offer->ids[0];
	if (found != NULL) {
		*out = found;
		return 0;
	}
	list_ids(offer, ids, sizeof(ids));
	if (offer->id_count == 0)
		snprintf(error, error_size, "the daemon offers no id to this container");
	else if (wanted != NULL)
		snprintf(error, error_size, "id \"%s\" is not offered here; offered: %s", wanted,
			 ids);
	else
		snprintf(error, error_size,
			 "several ids are offered and none is the default: say which with --id, or "
			 "at "
			 "the daemon which repositories each is for (repo = ...); offered: %s",
			 ids);
	return -ENOENT;
}
