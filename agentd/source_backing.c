#include "agentd/source_backing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agentd/keeper/source.h"
#include "agentd/keeper_watch.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3; /* FNV-1a, by words; nobody gains by a collision */
}

/* False if there is no such file. */
static bool mix_file(const char *path, uint64_t *hash)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return false;
	*hash = mix(*hash, info.st_dev);
	*hash = mix(*hash, info.st_ino);
	*hash = mix(*hash, (uint64_t)info.st_size);
	*hash = mix(*hash, (uint64_t)info.st_mtim.tv_sec);
	*hash = mix(*hash, (uint64_t)info.st_mtim.tv_nsec);
	return true;
}

/* Key files, and the certificates beside them, which are renewed more often. 0: one is not there. */
static uint64_t look_of(const struct source *source)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < source->file_count; i++) {
		char *certificate = NULL;

		if (!source_is_file(source->files[i]))
			continue;
		if (!mix_file(source->files[i], &hash))
			return 0;
		if (asprintf(&certificate, "%s-cert.pub", source->files[i]) < 0)
			return 0;
		(void)mix_file(certificate, &hash);
		free(certificate);
	}
	return hash != 0 ? hash : 1;
}

void source_backing_note(struct source *source)
{
	if (source->kind == SOURCE_KEYS)
		source->state->look = look_of(source);
}

static bool all_are_files(const struct source *source)
{
	for (size_t i = 0; i < source->file_count; i++) {
		if (!source_is_file(source->files[i]))
			return false;
	}
	return true;
}

bool source_backing_is_same(const struct source *now, const struct source *next)
{
	uint64_t look;

	if (now->kind != next->kind)
		return false;
	if (now->kind == SOURCE_AGENT)
		return strcmp(now->socket_path, next->socket_path) == 0;
	if (now->file_count != next->file_count)
		return false;
	for (size_t i = 0; i < now->file_count; i++) {
		if (strcmp(now->files[i], next->files[i]) != 0)
			return false;
	}
	if (!all_are_files(now))
		return true;
	if (!keeper_watch_has_keys(now->state->keeper))
		return false;
	look = look_of(next);
	return look == 0 || look == now->state->look;
}

bool source_backing_needs_stdin(const struct source *source)
{
	for (size_t i = 0; i < source->file_count; i++) {
		if (strcmp(source->files[i], SOURCE_STDIN) == 0)
			return true;
	}
	return false;
}
