#include "agentd/keeper/loader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/keeper/keyfile.h"
#include "agentd/keeper/passphrase.h"
#include "agentd/keeper/public_line.h"
#include "agentd/keeper/source.h"
#include "common/log.h"

/* One key file, read but not decoded. */
struct raw_key {
	const char *name;
	struct byte_buf text;
	int err;
};

struct loader {
	struct keyring *ring;
	struct passphrases passphrases;
	struct raw_key *raw; /* all sources' files, one after the other */
	size_t raw_count;
	bool is_stdin_taken;
};

static void log_refusal(const char *name, const char *why)
{
	log_error("cannot use key %s: %s", name, why);
}

static int read_raw(struct loader *loader, struct raw_key *raw)
{
	bool is_stdin = strcmp(raw->name, SOURCE_STDIN) == 0;
	const char *why = "standard input holds one key only; it is named twice";
	int err = -EINVAL;

	if (!is_stdin || !loader->is_stdin_taken)
		err = source_read(raw->name, &raw->text, &why);
	if (is_stdin)
		loader->is_stdin_taken = true;
	if (err != 0)
		log_refusal(raw->name, why);
	return err;
}

static int read_all(struct loader *loader, const struct keeper_config *config)
{
	size_t count = 0;
	int err = 0;

	for (size_t i = 0; i < config->source_count; i++)
		count += config->sources[i].file_count;
	loader->raw = calloc(count > 0 ? count : 1, sizeof(*loader->raw));
	if (loader->raw == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->source_count; i++) {
		for (size_t f = 0; f < config->sources[i].file_count; f++) {
			struct raw_key *raw = &loader->raw[loader->raw_count++];

			raw->name = config->sources[i].files[f];
			byte_buf_init(&raw->text, KEYFILE_LEN_MAX);
			raw->err = read_raw(loader, raw);
			if (raw->err != 0)
				err = raw->err;
		}
	}
	return err;
}

static void wipe_variables(const struct loader *loader)
{
	for (size_t i = 0; i < loader->raw_count; i++) {
		const char *variable = source_variable(loader->raw[i].name);

		if (variable != NULL)
			source_wipe_variable(variable);
	}
}

/* Tries passphrases until one fits. */
static int decode_encrypted(struct loader *loader, const struct raw_key *raw, struct key *key,
			    const char **why)
{
	struct passphrase_walk walk;
	struct byte_view passphrase;
	bool was_tried = false;
	int err;

	passphrase_walk_init(&walk, &loader->passphrases, raw->name);
	for (;;) {
		err = passphrase_walk_next(&walk, &passphrase);
		if (err != 0)
			break;
		err = keyfile_decode(byte_buf_view(&raw->text), &passphrase, key, why);
		was_tried = true;
		if (err == 0)
			passphrase_walk_accept(&walk);
		if (err != -EACCES)
			break;
	}
	if (err == -ENOTTY && was_tried)
		*why = "no known passphrase opens it, and there is no terminal or SSH_ASKPASS to "
		       "ask for another; add its passphrase to the --passphrase-file";
	else if (err == -ENOTTY)
		*why = "it is encrypted, and there is no terminal or SSH_ASKPASS to ask for the "
		       "passphrase; give --passphrase-file";
	else if (err == -ECANCELED)
		*why = "it is encrypted, and no passphrase was given";
	else if (err == -ENOENT)
		*why = "every passphrase given was wrong";
	passphrase_walk_deinit(&walk);
	return err;
}

/* The .pub or -cert.pub file beside a key file; -ENOENT if there is none. */
static int read_beside(const char *name, const char *suffix, struct byte_buf *text,
		       struct public_line *line)
{
	const char *why = NULL;
	char *path = NULL;
	int err;

	if (!source_is_file(name))
		return -ENOENT;
	if (asprintf(&path, "%s%s", name, suffix) < 0)
		return -ENOMEM;
	err = source_read_file(path, false, text, &why);
	if (err == 0)
		err = public_line_parse(byte_buf_view(text), line);
	if (err != 0 && err != -ENOENT)
		log_warn("ignoring %s: %s", path, why != NULL ? why : "not a public key");
	free(path);
	return err;
}

/* The comment of the .pub file if it is this key's, else the name that the user gave. */
static char *comment_for(const char *name, const struct key *key)
{
	struct public_line line;
	struct byte_buf text;
	char *comment = NULL;

	byte_buf_init(&text, KEYFILE_LEN_MAX);
	if (read_beside(name, ".pub", &text, &line) == 0) {
		if (view_equal(byte_buf_view(&line.blob), byte_buf_view(&key->blob)) &&
		    line.comment.len > 0)
			comment = strndup((const char *)line.comment.ptr, line.comment.len);
		public_line_deinit(&line);
	}
	byte_buf_deinit(&text);
	if (comment != NULL)
		return comment;
	if (source_variable(name) != NULL)
		return strdup(source_variable(name));
	return strdup(source_is_file(name) ? name : "stdin");
}

/* Appends the blob of the certificate beside the key file, if there is one and it fits. */
static void find_certificate(const char *name, const struct key *key, struct byte_buf *blob)
{
	struct public_line line;
	struct byte_buf text;

	byte_buf_init(&text, KEYFILE_LEN_MAX);
	if (read_beside(name, "-cert.pub", &text, &line) == 0) {
		struct byte_view found = byte_buf_view(&line.blob);

		if (public_blob_is_certified(byte_buf_view(&key->blob), found))
			byte_buf_put_bytes(blob, found.ptr, found.len);
		else
			log_warn("ignoring %s-cert.pub: not a certificate for that key", name);
		public_line_deinit(&line);
	}
	byte_buf_deinit(&text);
}

static int add_key(struct loader *loader, const struct raw_key *raw, struct key *key)
{
	struct byte_buf certificate;
	int err;

	byte_buf_init(&certificate, KEY_BLOB_MAX);
	if (key->comment == NULL)
		key->comment = comment_for(raw->name, key);
	find_certificate(raw->name, key, &certificate);
	err = keyring_add_key(loader->ring, key, byte_buf_view(&certificate));
	if (err == -EEXIST) {
		log_warn("ignoring key %s: its id has the same key already", raw->name);
		err = 0;
	} else if (err != 0) {
		log_refusal(raw->name, "out of memory");
	}
	key_deinit(key);
	byte_buf_deinit(&certificate);
	return err;
}

static int load_one(struct loader *loader, const struct raw_key *raw)
{
	struct key key = {.pkey = NULL};
	const char *why = NULL;
	int err;

	if (raw->err != 0) /* already said */
		return raw->err;
	err = keyfile_decode(byte_buf_view(&raw->text), NULL, &key, &why);
	if (err == -ENOKEY)
		err = decode_encrypted(loader, raw, &key, &why);
	if (err == 0)
		return add_key(loader, raw, &key);
	log_refusal(raw->name, why != NULL ? why : strerror(-err));
	return err;
}

static int load_all(struct loader *loader, const struct keeper_config *config)
{
	const struct raw_key *raw = loader->raw;
	int err = 0;

	for (size_t i = 0; i < config->source_count; i++) {
		int id_err = keyring_add_id(loader->ring, config->sources[i].id);

		if (id_err != 0)
			return id_err;
		for (size_t f = 0; f < config->sources[i].file_count; f++) {
			int key_err = load_one(loader, raw++);

			if (key_err != 0)
				err = key_err;
		}
	}
	return err;
}

int loader_load(const struct keeper_config *config, struct keyring *ring)
{
	struct loader loader = {.ring = ring};
	const char *why = NULL;
	int read_err;
	int err;

	read_err = read_all(&loader, config);
	wipe_variables(&loader);
	err = passphrases_init(&loader.passphrases, config->passphrase_file, &why);
	if (err != 0)
		log_error("cannot use passphrase file %s: %s", config->passphrase_file, why);
	else if (loader.raw != NULL)
		err = load_all(&loader, config);
	if (err == 0)
		err = read_err;
	passphrases_deinit(&loader.passphrases);
	for (size_t i = 0; i < loader.raw_count; i++)
		byte_buf_deinit(&loader.raw[i].text);
	free(loader.raw);
	return err;
}
