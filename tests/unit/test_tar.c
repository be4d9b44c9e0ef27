#include "common/tar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

enum { ARCHIVE_MAX = 64 * 1024 };

static struct byte_buf archive;
static char story[ARCHIVE_MAX]; /* what the reader told, a line each */
static int refuse_with;		/* what on_entry returns */

static int on_entry(void *owner, const struct tar_entry *entry)
{
	static const char *const kinds[] = {"file", "dir", "link"};

	(void)owner;
	sprintf(story + strlen(story), "%s%s %s %llu %s\n", kinds[entry->kind],
		entry->is_executable && entry->kind == TAR_FILE ? "*" : "", entry->path,
		(unsigned long long)entry->size,
		entry->kind == TAR_LINK ? entry->link_target : "-");
	return refuse_with;
}

static int on_data(void *owner, struct byte_view data)
{
	(void)owner;
	sprintf(story + strlen(story), "%.*s", (int)data.len, (const char *)data.ptr);
	return 0;
}

static int on_file_end(void *owner)
{
	(void)owner;
	strcat(story, "|\n");
	return 0;
}

static const struct tar_events events = {on_entry, on_data, on_file_end};

static void setup(void)
{
	byte_buf_init(&archive, ARCHIVE_MAX);
	story[0] = '\0';
	refuse_with = 0;
}

static void teardown(void)
{
	byte_buf_deinit(&archive);
}

static struct tar_entry entry_of(enum tar_kind kind, const char *path)
{
	struct tar_entry entry = {.kind = kind};

	snprintf(entry.path, sizeof(entry.path), "%s", path);
	return entry;
}

static void put_file(const char *path, const char *content, bool is_executable)
{
	static const uint8_t zeros[TAR_BLOCK_LEN];
	struct tar_entry entry = entry_of(TAR_FILE, path);

	entry.size = strlen(content);
	entry.is_executable = is_executable;
	tar_put_entry(&archive, &entry);
	byte_buf_put_bytes(&archive, content, strlen(content));
	byte_buf_put_bytes(&archive, zeros, tar_padding(entry.size));
}

static void put_link(const char *path, const char *target)
{
	struct tar_entry entry = entry_of(TAR_LINK, path);

	snprintf(entry.link_target, sizeof(entry.link_target), "%s", target);
	tar_put_entry(&archive, &entry);
}

static void put_directory(const char *path)
{
	struct tar_entry entry = entry_of(TAR_DIRECTORY, path);

	tar_put_entry(&archive, &entry);
}

/* Reads the archive in pieces of this size; what finish says where push found nothing wrong. */
static int read_back(size_t piece)
{
	static struct tar_reader reader;
	int err = 0;

	ck_assert_int_eq(byte_buf_status(&archive), 0);
	story[0] = '\0';
	tar_reader_init(&reader, &events, NULL);
	for (size_t at = 0; err == 0 && at < archive.len; at += piece) {
		size_t len = archive.len - at < piece ? archive.len - at : piece;
		struct byte_view input = exact_copy(archive.data + at, len);

		err = tar_reader_push(&reader, input);
		exact_free(input);
	}
	return err == 0 ? tar_reader_finish(&reader) : err;
}

static void put_sample(void)
{
	put_directory("sub");
	put_file("sub/a", "hello", true);
	put_file("empty", "", false);
	put_link("link", "sub/a");
	tar_put_end(&archive);
}

START_TEST(what_was_written_is_read_back_cut_anywhere)
{
	put_sample();
	for (size_t piece = 1; piece <= archive.len; piece += piece < 600 ? 1 : 97) {
		ck_assert_int_eq(read_back(piece), 0);
		ck_assert_str_eq(story, "dir sub 0 -\nfile* sub/a 5 -\nhello|\nfile empty 0 -\n|\n"
					"link link 0 sub/a\n");
	}
}
END_TEST

START_TEST(names_too_long_for_a_header_are_kept)
{
	char name[301];
	char target[301];
	char expected[2048];

	memset(name, 'n', 300);
	memset(target, 't', 300);
	name[300] = target[300] = '\0';
	put_link(name, target);
	put_directory(name);
	name[100] = '\0';
	put_file(name, "x", false); /* just fits: no NUL in its field */
	put_file("short", "y", false);
	tar_put_end(&archive);
	ck_assert_int_eq(read_back(512), 0);
	name[100] = 'n';
	snprintf(expected, sizeof(expected),
		 "link %s 0 %s\ndir %s 0 -\nfile %.100s 1 -\nx|\nfile short 1 -\ny|\n", name,
		 target, name, name);
	ck_assert_str_eq(story, expected);
}
END_TEST

START_TEST(tar_reads_what_is_written)
{
	char long_name[151];

	memset(long_name, 'l', 150);
	long_name[150] = '\0';
	put_directory("sub");
	put_file("sub/a", "hello", true);
	put_file(long_name, "long", false);
	put_link("link", "sub/a");
	tar_put_end(&archive);
	workspace_write("a.tar", byte_buf_view(&archive));
	workspace_run("tar -xf a.tar && test \"$(cat sub/a)\" = hello && test -x sub/a && "
		      "test \"$(readlink link)\" = sub/a && test \"$(cat %s)\" = long",
		      long_name);
}
END_TEST

START_TEST(what_tar_writes_is_read)
{
	workspace_run(
		"rm -rf in && mkdir -p in/sub && printf hello > in/sub/a && chmod 700 in/sub/a && "
		"ln -s sub/a in/link && tar --format=ustar -C in -cf ustar.tar sub link && "
		"tar --format=posix -C in -cf pax.tar sub link");
	workspace_read("ustar.tar", &archive);
	ck_assert_int_eq(read_back(100), 0);
	ck_assert_str_eq(story, "dir sub 0 -\nfile* sub/a 5 -\nhello|\nlink link 0 sub/a\n");
	byte_buf_clear(&archive);
	workspace_read("pax.tar", &archive);
	ck_assert_int_eq(read_back(10000), 0);
	ck_assert_str_eq(story, "dir sub 0 -\nfile* sub/a 5 -\nhello|\nlink link 0 sub/a\n");
}
END_TEST

START_TEST(every_prefix_is_badmsg)
{
	size_t len;

	put_sample();
	len = archive.len;
	for (archive.len = 0; archive.len < len; archive.len++)
		ck_assert_int_eq(read_back(archive.len > 0 ? archive.len : 1), -EBADMSG);
}
END_TEST

START_TEST(every_altered_byte_of_a_header_is_badmsg_or_no_matter)
{
	put_file("a", "data", false);
	tar_put_end(&archive);
	for (size_t i = 0; i < TAR_BLOCK_LEN; i++) {
		archive.data[i] ^= 0x55;
		if (read_back(4096) == 0)
			ck_assert_str_eq(story, "file a 4 -\ndata|\n");
		archive.data[i] ^= 0x55;
	}
}
END_TEST

/* The first header with another type, its checksum put right. */
static void set_type(char type)
{
	unsigned sum = 0;

	archive.data[156] = (uint8_t)type;
	memset(archive.data + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK_LEN; i++)
		sum += archive.data[i];
	snprintf((char *)archive.data + 148, 8, "%06o", sum);
}

START_TEST(devices_pipes_hard_links_and_gnu_types_are_badmsg)
{
	static const char types[] = "13467LKSgVM";

	put_file("a", "", false);
	tar_put_end(&archive);
	for (size_t i = 0; i < strlen(types); i++) {
		set_type(types[i]);
		ck_assert_msg(read_back(4096) == -EBADMSG, "taken: %c", types[i]);
		ck_assert_str_eq(story, "");
	}
	set_type('0');
	ck_assert_int_eq(read_back(4096), 0);
}
END_TEST

static void put_records(const char *records)
{
	byte_buf_clear(&archive);
	put_file("pax", records, false);
	set_type('x');
	put_file("a", "", false);
	tar_put_end(&archive);
}

START_TEST(records_that_lie_about_their_length_are_badmsg)
{
	static const char *const bad[] = {
		"9 path=b",   "8 path=b\n",  "99 path=b\n",
		"0 path=b\n", "2 \n",	     "path=b\n",
		" path=b\n",  "-9 path=b\n", "18446744073709551625 path=b\n",
		"7 path\n",   "8 path=\n",   "9 size=x\n",
	};

	put_records("9 path=b\n10 other=1\n");
	ck_assert_int_eq(read_back(4096), -EBADMSG);
	put_records("9 path=b\n11 other=1\n");
	ck_assert_int_eq(read_back(4096), 0);
	ck_assert_str_eq(story, "file b 0 -\n|\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_records(bad[i]);
		ck_assert_msg(read_back(4096) == -EBADMSG, "taken: %s", bad[i]);
	}
}
END_TEST

START_TEST(what_the_owner_returns_ends_the_reading)
{
	put_sample();
	refuse_with = -EPERM;
	ck_assert_int_eq(read_back(archive.len), -EPERM);
	ck_assert_str_eq(story, "dir sub 0 -\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("tar");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_was_written_is_read_back_cut_anywhere);
	tcase_add_test(tests, names_too_long_for_a_header_are_kept);
	tcase_add_test(tests, tar_reads_what_is_written);
	tcase_add_test(tests, what_tar_writes_is_read);
	tcase_add_test(tests, every_prefix_is_badmsg);
	tcase_add_test(tests, every_altered_byte_of_a_header_is_badmsg_or_no_matter);
	tcase_add_test(tests, devices_pipes_hard_links_and_gnu_types_are_badmsg);
	tcase_add_test(tests, records_that_lie_about_their_length_are_badmsg);
	tcase_add_test(tests, what_the_owner_returns_ends_the_reading);
	return unit_main(tests, "tar");
}
