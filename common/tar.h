/*
 * tar.h - a directory as a stream of bytes: POSIX ustar, with pax records (IEEE 1003.1) where a name
 * or a size does not fit.
 *
 * Regular files, directories and symbolic links only, and of their modes one bit, whether the owner
 * may execute. Both ends of a link use it; tar(1) reads what is written here.
 */
#ifndef COMMON_TAR_H
#define COMMON_TAR_H

#include "common/bytes.h"

enum {
	TAR_BLOCK_LEN = 512,
	TAR_PATH_MAX = 4095, /* of a path, and of what a link points to */
};

enum tar_kind { TAR_FILE, TAR_DIRECTORY, TAR_LINK };

struct tar_entry {
	enum tar_kind kind;
	bool is_executable;
	uint64_t size;			    /* TAR_FILE: of the data that follow */
	char path[TAR_PATH_MAX + 1];	    /* relative; no '/' at its end */
	char link_target[TAR_PATH_MAX + 1]; /* TAR_LINK */
};

/* Appends what stands before the data of entry. Errors stick to buf: -EMSGSIZE, -ENOMEM. */
void tar_put_entry(struct byte_buf *buf, const struct tar_entry *entry);

/* How many zeros follow size bytes of data. */
size_t tar_padding(uint64_t size);

/* Appends the end of the archive. */
void tar_put_end(struct byte_buf *buf);

/* What a reader finds. Each returns 0, or a negative errno that ends the reading. */
struct tar_events {
	int (*on_entry)(void *owner, const struct tar_entry *entry);
	/* Data of the last entry, which was a file: in all as many as its size said. */
	int (*on_data)(void *owner, struct byte_view data);
	/* Behind the last data of a file, also of an empty one. */
	int (*on_file_end)(void *owner);
};

/* Private but for its size; plain data. */
struct tar_reader {
	const struct tar_events *events;
	void *owner;
	enum { TAR_HEADER, TAR_PAX, TAR_DATA, TAR_END } state;
	uint64_t data_left;
	size_t padding_left;
	size_t block_len;
	size_t pax_len;
	unsigned zero_blocks;
	bool has_path; /* by a pax record, for the next header */
	bool has_link_target;
	bool has_size;
	uint8_t block[TAR_BLOCK_LEN];
	char pax[2 * TAR_PATH_MAX + 256];
	struct tar_entry entry;
};

void tar_reader_init(struct tar_reader *reader, const struct tar_events *events, void *owner);

/*
 * Takes more of the stream, cut anywhere. 0; -EBADMSG: it is no archive, or holds what is not listed
 * above; or what an event returned. After an error the reader is of no use.
 */
int tar_reader_push(struct tar_reader *reader, struct byte_view bytes);

/* At the end of the stream: 0, or -EBADMSG where the archive is cut short. */
int tar_reader_finish(const struct tar_reader *reader);

#endif
