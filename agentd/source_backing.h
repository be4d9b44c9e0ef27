/*
 * source_backing.h - whether two sources stand for the same keys.
 */
#ifndef AGENTD_SOURCE_BACKING_H
#define AGENTD_SOURCE_BACKING_H

#include "agentd/source.h"

/* Notes how the key files look, for later; right before they are read. */
void source_backing_note(struct source *source);

/*
 * True if next stands for what now has open: the same agent; or the same key files, which look as
 * they did, as far as they are still there, in a keeper that still has the keys. What a keeper has
 * lost cannot be had again where it did not come from files: that counts as the same.
 */
bool source_backing_is_same(const struct source *now, const struct source *next);

/* True if one of its keys comes from standard input. */
bool source_backing_needs_stdin(const struct source *source);

#endif
