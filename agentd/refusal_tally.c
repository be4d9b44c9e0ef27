#include "agentd/refusal_tally.h"

#include <stddef.h>

static bool is_over(const struct refusal_tally_entry *entry, uint64_t now_ms)
{
	return entry->count == 0 || now_ms - entry->begun_ms >= REFUSAL_TALLY_WINDOW_MS;
}

static struct refusal_tally_entry *find(struct refusal_tally *tally, const struct grant *grant)
{
	for (size_t i = 0; i < REFUSAL_TALLY_ENTRIES; i++) {
		struct refusal_tally_entry *entry = &tally->entries[i];

		if (entry->count > 0 && grant_is_same_build(&entry->build, grant))
			return entry;
	}
	return NULL;
}

static struct refusal_tally_entry *make_room(struct refusal_tally *tally, uint64_t now_ms)
{
	struct refusal_tally_entry *least = &tally->entries[0];

	for (size_t i = 0; i < REFUSAL_TALLY_ENTRIES; i++) {
		struct refusal_tally_entry *entry = &tally->entries[i];

		if (is_over(entry, now_ms))
			return entry;
		if (entry->count < least->count)
			least = entry;
	}
	return least;
}

unsigned refusal_tally_add(struct refusal_tally *tally, const struct grant *grant, uint64_t now_ms)
{
	struct refusal_tally_entry *entry = find(tally, grant);

	if (entry == NULL) {
		entry = make_room(tally, now_ms);
		entry->count = 0;
		grant_copy_build(grant, &entry->build);
	}
	if (is_over(entry, now_ms)) {
		entry->count = 0;
		entry->begun_ms = now_ms;
	}
	return ++entry->count;
}

void refusal_tally_forget(struct refusal_tally *tally, const struct grant *grant)
{
	struct refusal_tally_entry *entry = find(tally, grant);

	if (entry != NULL)
		entry->count = 0;
}

unsigned refusal_tally_count(const struct refusal_tally *tally, const struct grant *grant,
			     uint64_t now_ms)
{
	for (size_t i = 0; i < REFUSAL_TALLY_ENTRIES; i++) {
		const struct refusal_tally_entry *entry = &tally->entries[i];

		if (!is_over(entry, now_ms) && grant_is_same_build(&entry->build, grant))
			return entry->count;
	}
	return 0;
}
