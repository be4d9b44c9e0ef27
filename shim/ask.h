/*
 * ask.h - one verb asked over a link, and its whole answer.
 */
#ifndef SHIM_ASK_H
#define SHIM_ASK_H

#include "shim/link_channel.h"

struct ask;

/* Once, never from inside ask_start: 0 and the answer, valid during the call; -ETIMEDOUT,
 * -EMSGSIZE, or -EPIPE (refused, or the link is gone). The ask is gone then. */
typedef void (*ask_answered)(void *owner, int err, struct byte_view answer);

/* 0 and *out, or -ENOMEM. */
int ask_start(struct link *link, const char *verb, unsigned int timeout_ms, size_t answer_max,
	      ask_answered on_answered, void *owner, struct ask **out);

/* Gives up; on_answered does not come any more. It frees itself. */
void ask_close(struct ask *ask);

#endif
