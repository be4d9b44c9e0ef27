#include "agentd/secret_tree.h"

#include <errno.h>
#include <string.h>

#include "tests/support/unit.h"
#include "tests/support/workspace.h"

enum { MEBIBYTE = 1024 * 1024 };

static struct secret_tree *tree;
static struct byte_buf content;
static char reason[SECRET_TREE_REASON_MAX];

static void setup(void)
{
	tree = NULL;
	reason[0] = '\0';
	byte_buf_init(&content, 4 * MEBIBYTE);
	workspace_run("chmod -R u+rwx . && rm -rf *");
}

static void teardown(void)
{
	secret_tree_close(tree);
	byte_buf_deinit(&content);
}

static int open_tree(const char *path, uint64_t max_len)
{
	secret_tree_close(tree);
	tree = NULL;
	return secret_tree_open(path, max_len, &tree, reason);
}

/* All of it, in pieces of size: 0 or what a read said. */
static int read_all(size_t size)
{
	uint8_t piece[8192];
	ssize_t got;

	byte_buf_clear(&content);
	do {
		got = secret_tree_read(tree, piece, size, reason);
		if (got > 0)
			byte_buf_put_bytes(&content, piece, (size_t)got);
	} while (got == (ssize_t)size);
	ck_assert_int_eq(byte_buf_status(&content), 0);
	return got < 0 ? (int)got : 0;
}

START_TEST(a_file_is_its_bytes)
{
	static const size_t sizes[] = {0, 1, 4096, 4097, 100000};

	for (size_t i = 0; i < 5; i++) {
		struct byte_buf expected;

		workspace_run("head -c %zu /dev/urandom > file", sizes[i]);
		byte_buf_init(&expected, MEBIBYTE);
		workspace_read("file", &expected);
		ck_assert_int_eq(open_tree("file", sizes[i]), 0);
		ck_assert(!secret_tree_is_directory(tree));
		ck_assert_int_eq(read_all(4096), 0);
		ck_assert(view_equal(byte_buf_view(&content), byte_buf_view(&expected)));
		byte_buf_deinit(&expected);
	}
}
END_TEST

START_TEST(a_link_to_a_file_is_the_file)
{
	workspace_run("printf content > file && ln -s file link");
	ck_assert_int_eq(open_tree("link", 100), 0);
	ck_assert_int_eq(read_all(100), 0);
	ck_assert(view_equals_text(byte_buf_view(&content), "content"));
}
END_TEST

START_TEST(a_directory_is_what_tar_unpacks)
{
	workspace_run("mkdir -p in/sub/empty && head -c 70000 /dev/urandom > in/sub/data && "
		      ": > in/zero && printf '#!' > in/tool && chmod 700 in/tool && "
		      "ln -s sub/data in/link && ln -s nowhere in/dangling && "
		      "printf x > in/$(printf '%%0200d' 7)");
	for (size_t size = 500; size <= 8192; size += 3846) {
		ck_assert_int_eq(open_tree("in", MEBIBYTE), 0);
		ck_assert(secret_tree_is_directory(tree));
		ck_assert_int_eq(read_all(size), 0);
		workspace_write("out.tar", byte_buf_view(&content));
		workspace_run("rm -rf out && mkdir out && tar -C out -xf out.tar && "
			      "diff -r --no-dereference in out && test -x out/tool && "
			      "test ! -x out/zero");
	}
}
END_TEST

START_TEST(sockets_pipes_and_their_like_are_left_out)
{
	workspace_run("mkdir in && mkfifo in/pipe && printf x > in/file");
	ck_assert_int_eq(open_tree("in", MEBIBYTE), 0);
	ck_assert_int_eq(read_all(4096), 0);
	workspace_write("out.tar", byte_buf_view(&content));
	workspace_run("test \"$(tar -tf out.tar)\" = file");
}
END_TEST

START_TEST(over_the_cap_is_msgsize)
{
	workspace_run(
		"head -c 1001 /dev/zero > file && mkdir in && head -c 500 /dev/zero > in/a && "
		"head -c 500 /dev/zero > in/b");
	ck_assert_int_eq(open_tree("file", 1000), -EMSGSIZE);
	ck_assert_ptr_nonnull(strstr(reason, "1000 bytes"));
	ck_assert_ptr_nonnull(strstr(reason, "secret-bytes"));
	ck_assert_int_eq(open_tree("file", 1001), 0);
	/* An entry counts 512. */
	ck_assert_int_eq(open_tree("in", 2 * 512 + 999), 0);
	ck_assert_int_eq(read_all(4096), -EMSGSIZE);
	ck_assert_int_eq(open_tree("in", 2 * 512 + 1000), 0);
	ck_assert_int_eq(read_all(4096), 0);
}
END_TEST

START_TEST(a_file_that_grows_past_the_cap_is_msgsize)
{
	workspace_run("head -c 1000 /dev/zero > file");
	ck_assert_int_eq(open_tree("file", 1000), 0);
	workspace_run("printf x >> file");
	ck_assert_int_eq(read_all(4096), -EMSGSIZE);
}
END_TEST

START_TEST(a_file_cut_while_its_directory_is_read_is_no_success)
{
	uint8_t piece[600];

	workspace_run("mkdir in && head -c 5000 /dev/zero > in/file");
	ck_assert_int_eq(open_tree("in", MEBIBYTE), 0);
	ck_assert_int_eq(secret_tree_read(tree, piece, sizeof(piece), reason), sizeof(piece));
	workspace_run(": > in/file");
	ck_assert_int_eq(read_all(4096), -EIO);
	ck_assert_ptr_nonnull(strstr(reason, "changed"));
}
END_TEST

START_TEST(directories_too_deep_are_loop)
{
	workspace_run("d=in; mkdir in; for i in $(seq %d); do d=$d/d; mkdir $d; done",
		      SECRET_TREE_DEPTH_MAX - 1);
	ck_assert_int_eq(open_tree("in", MEBIBYTE), 0);
	ck_assert_int_eq(read_all(4096), 0);
	workspace_run("mkdir $(find in -type d | tail -n 1)/d");
	ck_assert_int_eq(open_tree("in", MEBIBYTE), 0);
	ck_assert_int_eq(read_all(4096), -ELOOP);
}
END_TEST

START_TEST(what_is_gone_or_is_a_pipe_now_is_said_at_once)
{
	ck_assert_int_eq(open_tree("missing", 100), -ENOENT);
	ck_assert_ptr_nonnull(strstr(reason, "No such file"));
	ck_assert_ptr_null(strstr(reason, "missing"));
	workspace_run("mkfifo pipe");
	ck_assert_int_eq(open_tree("pipe", 100), -EINVAL);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("secret_tree");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_file_is_its_bytes);
	tcase_add_test(tests, a_link_to_a_file_is_the_file);
	tcase_add_test(tests, a_directory_is_what_tar_unpacks);
	tcase_add_test(tests, sockets_pipes_and_their_like_are_left_out);
	tcase_add_test(tests, over_the_cap_is_msgsize);
	tcase_add_test(tests, a_file_that_grows_past_the_cap_is_msgsize);
	tcase_add_test(tests, a_file_cut_while_its_directory_is_read_is_no_success);
	tcase_add_test(tests, directories_too_deep_are_loop);
	tcase_add_test(tests, what_is_gone_or_is_a_pipe_now_is_said_at_once);
	return unit_main(tests, "secret_tree");
}
