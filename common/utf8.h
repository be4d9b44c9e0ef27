/*
 * utf8.h - one way to tell text from other bytes (RFC 3629).
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include "common/bytes.h"

/*
 * Takes the next character off the front of rest, which is not empty. True: it is well-formed, and
 * *code_point is it. False: *code_point is the one byte taken, which begins no character. No
 * overlong forms, no surrogates, nothing past U+10FFFF.
 */
bool utf8_next(struct byte_view *rest, uint32_t *code_point);

#endif
