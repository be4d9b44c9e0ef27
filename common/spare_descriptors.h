/*
 * spare_descriptors.h - whether file descriptors can still be had, asked before they are needed.
 */
#ifndef COMMON_SPARE_DESCRIPTORS_H
#define COMMON_SPARE_DESCRIPTORS_H

enum { SPARE_DESCRIPTORS_MAX = 32 };

/* 0 if so many can be had, at most SPARE_DESCRIPTORS_MAX; else -EMFILE, or -ENFILE. fd: any that is open. */
int spare_descriptors_check(int fd, unsigned count);

#endif
