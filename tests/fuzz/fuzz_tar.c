/*
 * fuzz_tar - a directory that comes over the link, in pieces. Where its paths lead is for whoever
 * unpacks it (shim/unpack.h).
 */
#include <errno.h>

#include "common/tar.h"
#include "tests/fuzz/fuzz.h"

enum { ARCHIVE_MAX = 1024 * 1024 };

/* What was read, written again. */
struct copy {
	struct byte_buf archive;
	uint64_t data_left;
	size_t padding;
	int is_in_file;
};

static int on_entry(void *owner, const struct tar_entry *entry)
{
	struct copy *copy = owner;

	FUZZ_CHECK(!copy->is_in_file);
	FUZZ_CHECK(strnlen(entry->path, sizeof(entry->path)) <= TAR_PATH_MAX);
	FUZZ_CHECK(strnlen(entry->link_target, sizeof(entry->link_target)) <= TAR_PATH_MAX);
	FUZZ_CHECK(entry->kind == TAR_LINK || entry->kind == TAR_FILE ||
		   entry->kind == TAR_DIRECTORY);
	FUZZ_CHECK(entry->kind == TAR_FILE || entry->size == 0);
	tar_put_entry(&copy->archive, entry);
	copy->is_in_file = entry->kind == TAR_FILE;
	copy->data_left = entry->size;
	copy->padding = tar_padding(entry->size);
	return 0;
}

static int on_data(void *owner, struct byte_view data)
{
	struct copy *copy = owner;

	FUZZ_CHECK(copy->is_in_file && data.len > 0 && data.len <= copy->data_left);
	copy->data_left -= data.len;
	byte_buf_put_bytes(&copy->archive, data.ptr, data.len);
	return 0;
}

static int on_file_end(void *owner)
{
	static const uint8_t zeros[TAR_BLOCK_LEN];
	struct copy *copy = owner;

	FUZZ_CHECK(copy->is_in_file && copy->data_left == 0);
	copy->is_in_file = 0;
	byte_buf_put_bytes(&copy->archive, zeros, copy->padding);
	return 0;
}

static const struct tar_events events = {on_entry, on_data, on_file_end};

/* In pieces of so many bytes, each in a block of its own. 0 and the copy, or the error. */
static int read_archive(struct byte_view bytes, size_t piece, struct copy *copy)
{
	struct tar_reader reader;
	int err = 0;

	*copy = (struct copy){0};
	byte_buf_init(&copy->archive, ARCHIVE_MAX);
	tar_reader_init(&reader, &events, copy);
	for (size_t at = 0; err == 0 && at < bytes.len; at += piece) {
		size_t len = bytes.len - at < piece ? bytes.len - at : piece;
		struct byte_view part = exact_copy(bytes.ptr + at, len);

		err = tar_reader_push(&reader, part);
		exact_free(part);
	}
	if (err == 0)
		err = tar_reader_finish(&reader);
	FUZZ_CHECK(err == 0 || err == -EBADMSG);
	if (err == 0) {
		FUZZ_CHECK(!copy->is_in_file);
		tar_put_end(&copy->archive);
	}
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view archive = {data, size};
	struct copy whole;
	struct copy pieces;
	struct copy again;
	int err = read_archive(archive, size > 0 ? size : 1, &whole);

	/* However the stream was cut, the same is read of it. */
	FUZZ_CHECK(read_archive(archive, size > 0 ? 1 + data[0] % 97U : 1, &pieces) == err);
	FUZZ_CHECK(view_equal(byte_buf_view(&whole.archive), byte_buf_view(&pieces.archive)));
	if (err == 0 && byte_buf_status(&whole.archive) == 0) {
		FUZZ_CHECK(read_archive(byte_buf_view(&whole.archive), ARCHIVE_MAX, &again) == 0);
		FUZZ_CHECK(
			view_equal(byte_buf_view(&again.archive), byte_buf_view(&whole.archive)));
		byte_buf_deinit(&again.archive);
	}
	byte_buf_deinit(&pieces.archive);
	byte_buf_deinit(&whole.archive);
	return 0;
}
