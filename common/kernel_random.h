/*
 * kernel_random.h - libcrypto's random numbers are the kernel's, each of them.
 *
 * libssh takes random padding for every packet it sends (RFC 4253 section 6), and the way to libcrypto's own
 * generator costs more than all else that is done for the packet. getrandom(2) is quicker, has no state that a fork
 * or a core file could give away, and is where that generator has its seed from.
 */
#ifndef COMMON_KERNEL_RANDOM_H
#define COMMON_KERNEL_RANDOM_H

/*
 * From now on, in all threads, and in what this process forks. Where the kernel has no getrandom (before 3.17, or a
 * sandbox forbids it), libcrypto's generator stays. 0, or -EIO: libcrypto does not take it.
 */
int kernel_random_use(void);

#endif
