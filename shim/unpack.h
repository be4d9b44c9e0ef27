/*
 * unpack.h - a directory that comes as a tar stream, made again on this side.
 *
 * Whatever the stream says, nothing comes of it outside of the directory: paths are taken apart, and
 * every part is opened from the directory above it, links not followed; links that lead out are
 * refused; no entry replaces another; devices there are none (common/tar.h).
 */
#ifndef SHIM_UNPACK_H
#define SHIM_UNPACK_H

#include "common/bytes.h"
#include "common/tar.h"

enum {
	UNPACK_DEPTH_MAX = 40,
	UNPACK_ENTRIES_MAX = 100000,
};

struct unpack {
	int root_fd; /* borrowed */
	int fd;	     /* the file being written, or -1 */
	unsigned entry_count;
	struct tar_reader reader;
};

/* Into the empty directory open at root_fd, which stays open as long. */
void unpack_init(struct unpack *unpack, int root_fd);

/*
 * Takes more of the stream. 0; -EBADMSG: it is no archive, or tries what is refused above; or a negative
 * errno of the file system. Files are made 0600 or 0700, directories 0700.
 */
int unpack_push(struct unpack *unpack, struct byte_view bytes);

/* At the end of the stream: 0, or -EBADMSG where it is cut short. */
int unpack_finish(struct unpack *unpack);

void unpack_deinit(struct unpack *unpack);

#endif
