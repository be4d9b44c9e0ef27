/*
 * fake_askpass.h - in the place of libuv's processes: programs of SSH_ASKPASS that run until an input lets them
 * end, and say what it likes.
 */
#ifndef TESTS_FUZZ_FAKE_ASKPASS_H
#define TESTS_FUZZ_FAKE_ASKPASS_H

#include <stdbool.h>

enum askpass_answer {
	ASKPASS_YES,
	ASKPASS_NO,
	ASKPASS_YES_IN_A_WORD,
	ASKPASS_NO_IN_A_WORD,
	ASKPASS_CRASH,
	ASKPASS_CANNOT_RUN, /* as a shell says it */
	ASKPASS_ANSWERS,
};

/* None run, none was asked. secret: what no question, nor the environment of the program, may have in it. */
void fake_askpass_reset(const char *secret);

/* One that runs, if any does, ends so. */
void fake_askpass_answer(unsigned which, enum askpass_answer answer);

/* None can be started from now on, or again. */
void fake_askpass_break(bool is_broken);

/* Those that have ended, or were killed, are found to have. Once a turn of the loop. */
void fake_askpass_turn(void);

/* All of them; and those that nobody has killed, and that have not answered. */
unsigned fake_askpass_running(void);
unsigned fake_askpass_shown(void);

/* How many questions with these words in them were answered with yes; NULL: any. */
unsigned fake_askpass_agreed(const char *words);

#endif
