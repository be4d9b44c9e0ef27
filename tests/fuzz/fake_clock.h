/*
 * fake_clock.h - the clocks of a fuzz target: they stand still until they are told to go on. That of
 * the wall is libFuzzer's, and goes as ever; time() is one of ours.
 */
#ifndef TESTS_FUZZ_FAKE_CLOCK_H
#define TESTS_FUZZ_FAKE_CLOCK_H

#include <stdint.h>

enum { FAKE_CLOCK_BEGUN_S = 1700000000 };

void fake_clock_reset(void);
void fake_clock_advance(uint64_t ms);

#endif
