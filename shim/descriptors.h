/*
 * descriptors.h - the file descriptors that a run takes.
 */
#ifndef SHIM_DESCRIPTORS_H
#define SHIM_DESCRIPTORS_H

/* As many as a run takes before the command runs, and a few for agent connections. */
enum { DESCRIPTORS_NEEDED = 32 };

/*
 * 0 if so many can be had; else -EMFILE or -ENFILE. To be asked first: libraries do not say what they
 * lack in the midst of things, and some end the program.
 */
int descriptors_check(void);

#endif
