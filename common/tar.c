#include "common/tar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where the fields of a ustar header stand. */
enum {
	NAME_AT = 0,
	NAME_LEN = 100,
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	ID_LEN = 8,
	SIZE_AT = 124,
	MTIME_AT = 136,
	NUMBER_LEN = 12,
	CHECKSUM_AT = 148,
	CHECKSUM_LEN = 8,
	TYPE_AT = 156,
	LINK_AT = 157,
	MAGIC_AT = 257,
	MAGIC_LEN = 6,
	PREFIX_AT = 345,
	PREFIX_LEN = 155,
};

enum {
	TYPE_FILE = '0',
	TYPE_OLD_FILE = '\0',
	TYPE_LINK = '2',
	TYPE_DIRECTORY = '5',
	TYPE_PAX = 'x'
};

enum { MODE_PLAIN = 0600, MODE_EXECUTABLE = 0700, MODE_OWNER_EXECUTES = 0100 };

/* 11 octal digits. */
static const uint64_t size_max = 077777777777;

size_t tar_padding(uint64_t size)
{
	return (size_t)(-size % TAR_BLOCK_LEN);
}

static void put_octal(uint8_t *field, size_t len, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%0*" PRIo64, (int)len - 1, value);
	memcpy(field, text, len); /* its NUL, too */
}

/* The sum of all bytes, those of the sum itself taken for spaces. */
static unsigned checksum_of(const uint8_t block[TAR_BLOCK_LEN])
{
	unsigned sum = 0;

	for (size_t i = 0; i < TAR_BLOCK_LEN; i++)
		sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LEN ? ' ' : block[i];
	return sum;
}

static void put_header(struct byte_buf *buf, char type, const char *path, const char *link_target,
		       unsigned mode, uint64_t size)
{
	uint8_t block[TAR_BLOCK_LEN] = {0};

	/* A name may fill its field, without a NUL. */
	memcpy(block + NAME_AT, path, strnlen(path, NAME_LEN));
	memcpy(block + LINK_AT, link_target, strnlen(link_target, NAME_LEN));
	put_octal(block + MODE_AT, ID_LEN, mode);
	put_octal(block + UID_AT, ID_LEN, 0);
	put_octal(block + GID_AT, ID_LEN, 0);
	put_octal(block + SIZE_AT, NUMBER_LEN, size <= size_max ? size : 0);
	put_octal(block + MTIME_AT, NUMBER_LEN, 0);
	block[TYPE_AT] = (uint8_t)type;
	memcpy(block + MAGIC_AT, "ustar\00000", MAGIC_LEN + 2);
	put_octal(block + CHECKSUM_AT, CHECKSUM_LEN - 1, checksum_of(block));
	block[CHECKSUM_AT + CHECKSUM_LEN - 1] = ' ';
	byte_buf_put_bytes(buf, block, sizeof(block));
}

static void put_zeros(struct byte_buf *buf, size_t len)
{
	static const uint8_t zeros[TAR_BLOCK_LEN];

	for (size_t part; len > 0; len -= part) {
		part = len < sizeof(zeros) ? len : sizeof(zeros);
		byte_buf_put_bytes(buf, zeros, part);
	}
}

/* "LENGTH KEY=VALUE\n", where the length counts its own digits, too. */
static void put_record(struct byte_buf *buf, const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3;
	size_t len = rest + 1;

	while (len != rest + (size_t)snprintf(NULL, 0, "%zu", len))
		len++;
	byte_buf_printf(buf, "%zu %s=%s\n", len, key, value);
}

static void put_pax(struct byte_buf *buf, const struct tar_entry *entry, const char *path)
{
	struct byte_buf records;
	char size[24];

	byte_buf_init(&records, sizeof(((struct tar_reader *)NULL)->pax));
	if (strlen(path) > NAME_LEN)
		put_record(&records, "path", path);
	if (strlen(entry->link_target) > NAME_LEN)
		put_record(&records, "linkpath", entry->link_target);
	if (entry->size > size_max) {
		snprintf(size, sizeof(size), "%" PRIu64, entry->size);
		put_record(&records, "size", size);
	}
	if (byte_buf_status(&records) != 0)
		buf->error = byte_buf_status(&records);
	if (records.len > 0) {
		put_header(buf, TYPE_PAX, "pax", "", MODE_PLAIN, records.len);
		byte_buf_put_bytes(buf, records.data, records.len);
		put_zeros(buf, tar_padding(records.len));
	}
	byte_buf_deinit(&records);
}

void tar_put_entry(struct byte_buf *buf, const struct tar_entry *entry)
{
	static const char types[] = {
		[TAR_FILE] = TYPE_FILE, [TAR_DIRECTORY] = TYPE_DIRECTORY, [TAR_LINK] = TYPE_LINK};
	char path[TAR_PATH_MAX + 2];
	unsigned mode =
		entry->is_executable || entry->kind != TAR_FILE ? MODE_EXECUTABLE : MODE_PLAIN;

	snprintf(path, sizeof(path), "%s%s", entry->path, entry->kind == TAR_DIRECTORY ? "/" : "");
	put_pax(buf, entry, path);
	put_header(buf, types[entry->kind], path, entry->link_target, mode, entry->size);
}

void tar_put_end(struct byte_buf *buf)
{
	put_zeros(buf, 2 * TAR_BLOCK_LEN);
}

void tar_reader_init(struct tar_reader *reader, const struct tar_events *events, void *owner)
{
	*reader = (struct tar_reader){.events = events, .owner = owner};
}

/* Digits in base, all that stands in view. */
static int parse_number(struct byte_view view, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (view.len == 0)
		return -EBADMSG;
	for (size_t i = 0; i < view.len; i++) {
		unsigned digit = (unsigned)view.ptr[i] - '0';

		if (digit >= base || value > (UINT64_MAX - digit) / base)
			return -EBADMSG;
		value = value * base + digit;
	}
	*out = value;
	return 0;
}

/* An octal field: spaces, digits, then a space, a NUL or its end. */
static int parse_field(const uint8_t *field, size_t len, uint64_t *out)
{
	struct byte_view digits = {.ptr = field, .len = 0};

	while (len > 0 && *digits.ptr == ' ') {
		digits.ptr++;
		len--;
	}
	while (digits.len < len && digits.ptr[digits.len] != ' ' && digits.ptr[digits.len] != '\0')
		digits.len++;
	return parse_number(digits, 8, out);
}

static void copy_name(char *to, const uint8_t *name, size_t max_len)
{
	size_t len = strnlen((const char *)name, max_len);

	memcpy(to, name, len);
	to[len] = '\0';
}

static void read_path(const uint8_t *block, char path[TAR_PATH_MAX + 1])
{
	char prefix[PREFIX_LEN + 1];
	char name[NAME_LEN + 1];

	copy_name(prefix, block + PREFIX_AT, PREFIX_LEN);
	copy_name(name, block + NAME_AT, NAME_LEN);
	snprintf(path, TAR_PATH_MAX + 1, "%s%s%s", prefix, prefix[0] != '\0' ? "/" : "", name);
}

static int take_value(char to[TAR_PATH_MAX + 1], struct byte_view value)
{
	if (value.len == 0 || value.len > TAR_PATH_MAX ||
	    memchr(value.ptr, '\0', value.len) != NULL)
		return -EBADMSG;
	memcpy(to, value.ptr, value.len);
	to[value.len] = '\0';
	return 0;
}

/* Records that do not say where, or how long, are passed over. */
static int apply_record(struct tar_reader *reader, struct byte_view key, struct byte_view value)
{
	int err = 0;

	if (view_equals_text(key, "path")) {
		err = take_value(reader->entry.path, value);
		reader->has_path = true;
	} else if (view_equals_text(key, "linkpath")) {
		err = take_value(reader->entry.link_target, value);
		reader->has_link_target = true;
	} else if (view_equals_text(key, "size")) {
		err = parse_number(value, 10, &reader->entry.size);
		reader->has_size = true;
	}
	return err;
}

static int parse_record(struct tar_reader *reader, struct byte_view *left)
{
	const uint8_t *space = memchr(left->ptr, ' ', left->len);
	struct byte_view digits = {.ptr = left->ptr};
	struct byte_view key;
	const uint8_t *equals;
	uint64_t len;

	if (space == NULL)
		return -EBADMSG;
	digits.len = (size_t)(space - left->ptr);
	/* The shortest record has a space and a newline behind its digits. */
	if (parse_number(digits, 10, &len) != 0 || len > left->len || len < digits.len + 2 ||
	    left->ptr[len - 1] != '\n')
		return -EBADMSG;
	key = (struct byte_view){.ptr = space + 1, .len = (size_t)len - digits.len - 2};
	equals = memchr(key.ptr, '=', key.len);
	if (equals == NULL)
		return -EBADMSG;
	left->ptr += len;
	left->len -= (size_t)len;
	return apply_record(reader,
			    (struct byte_view){.ptr = key.ptr, .len = (size_t)(equals - key.ptr)},
			    (struct byte_view){.ptr = equals + 1,
					       .len = key.len - (size_t)(equals - key.ptr) - 1});
}

static int parse_pax(struct tar_reader *reader)
{
	struct byte_view left = {.ptr = (uint8_t *)reader->pax, .len = reader->pax_len};
	int err = 0;

	while (err == 0 && left.len > 0)
		err = parse_record(reader, &left);
	return err;
}

static bool is_zero(const uint8_t block[TAR_BLOCK_LEN])
{
	for (size_t i = 0; i < TAR_BLOCK_LEN; i++) {
		if (block[i] != 0)
			return false;
	}
	return true;
}

static int begin_data(struct tar_reader *reader, int state, uint64_t size)
{
	reader->state = state;
	reader->data_left = size;
	reader->padding_left = tar_padding(size);
	return 0;
}

static int begin_pax(struct tar_reader *reader, uint64_t size)
{
	if (size > sizeof(reader->pax))
		return -EBADMSG;
	reader->pax_len = 0;
	return begin_data(reader, TAR_PAX, size);
}

static int begin_entry(struct tar_reader *reader, uint8_t type)
{
	struct tar_entry *entry = &reader->entry;
	size_t path_len = strlen(entry->path);
	int err;

	entry->kind = type == TYPE_DIRECTORY ? TAR_DIRECTORY
		      : type == TYPE_LINK    ? TAR_LINK
					     : TAR_FILE;
	if (entry->kind != TAR_FILE && entry->size != 0)
		return -EBADMSG;
	if (entry->kind == TAR_DIRECTORY && path_len > 1 && entry->path[path_len - 1] == '/')
		entry->path[path_len - 1] = '\0';
	err = reader->events->on_entry(reader->owner, entry);
	reader->has_path = false;
	reader->has_link_target = false;
	reader->has_size = false;
	if (err != 0 || entry->kind != TAR_FILE)
		return err;
	if (entry->size == 0)
		return reader->events->on_file_end(reader->owner);
	return begin_data(reader, TAR_DATA, entry->size);
}

static int parse_header(struct tar_reader *reader)
{
	const uint8_t *block = reader->block;
	struct tar_entry *entry = &reader->entry;
	uint8_t type = block[TYPE_AT];
	uint64_t sum;
	uint64_t size;
	uint64_t mode;

	if (is_zero(block)) {
		if (++reader->zero_blocks == 2)
			reader->state = TAR_END;
		return 0;
	}
	if (reader->zero_blocks > 0 || memcmp(block + MAGIC_AT, "ustar", MAGIC_LEN) != 0 ||
	    parse_field(block + CHECKSUM_AT, CHECKSUM_LEN, &sum) != 0 ||
	    sum != checksum_of(block) || parse_field(block + SIZE_AT, NUMBER_LEN, &size) != 0 ||
	    parse_field(block + MODE_AT, ID_LEN, &mode) != 0)
		return -EBADMSG;
	if (type == TYPE_PAX)
		return begin_pax(reader, size);
	if (type != TYPE_FILE && type != TYPE_OLD_FILE && type != TYPE_DIRECTORY &&
	    type != TYPE_LINK)
		return -EBADMSG;
	if (!reader->has_path)
		read_path(block, entry->path);
	if (!reader->has_link_target)
		copy_name(entry->link_target, block + LINK_AT, NAME_LEN);
	if (!reader->has_size)
		entry->size = size;
	entry->is_executable = (mode & MODE_OWNER_EXECUTES) != 0;
	return begin_entry(reader, type);
}

/* Up to len bytes off the front. */
static struct byte_view take(struct byte_view *bytes, uint64_t len)
{
	struct byte_view taken = *bytes;

	if (taken.len > len)
		taken.len = (size_t)len;
	bytes->ptr += taken.len;
	bytes->len -= taken.len;
	return taken;
}

static int push_header(struct tar_reader *reader, struct byte_view *bytes)
{
	struct byte_view part = take(bytes, TAR_BLOCK_LEN - reader->block_len);

	memcpy(reader->block + reader->block_len, part.ptr, part.len);
	reader->block_len += part.len;
	if (reader->block_len < TAR_BLOCK_LEN)
		return 0;
	reader->block_len = 0;
	return parse_header(reader);
}

/* The data, then what pads them. */
static int push_data(struct tar_reader *reader, struct byte_view *bytes)
{
	bool is_pax = reader->state == TAR_PAX;
	bool had_data = reader->data_left > 0;
	struct byte_view part = take(bytes, reader->data_left);
	int err = 0;

	reader->data_left -= part.len;
	if (is_pax && part.len > 0) {
		memcpy(reader->pax + reader->pax_len, part.ptr, part.len);
		reader->pax_len += part.len;
	} else if (part.len > 0) {
		err = reader->events->on_data(reader->owner, part);
	}
	if (err != 0 || reader->data_left > 0)
		return err;
	if (had_data && !is_pax)
		err = reader->events->on_file_end(reader->owner);
	reader->padding_left -= take(bytes, reader->padding_left).len;
	if (err != 0 || reader->padding_left > 0)
		return err;
	reader->state = TAR_HEADER;
	return is_pax ? parse_pax(reader) : 0;
}

int tar_reader_push(struct tar_reader *reader, struct byte_view bytes)
{
	int err = 0;

	while (err == 0 && bytes.len > 0 && reader->state != TAR_END)
		err = reader->state == TAR_HEADER ? push_header(reader, &bytes)
						  : push_data(reader, &bytes);
	return err;
}

int tar_reader_finish(const struct tar_reader *reader)
{
	return reader->state == TAR_END ? 0 : -EBADMSG;
}
