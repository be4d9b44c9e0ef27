#include "shim/unpack.h"

#include <errno.h>
#include <stdio.h>

#include "shim/tree.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static struct unpack unpack;
static struct byte_buf archive;
static int root;

static void setup(void)
{
	workspace_run("chmod -R u+rwx . && rm -rf * && mkdir root && printf untouched > outside");
	root = open("root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(root, 0);
	unpack_init(&unpack, root);
	byte_buf_init(&archive, 4 * 1024 * 1024);
}

static void teardown(void)
{
	unpack_deinit(&unpack);
	byte_buf_deinit(&archive);
	close(root);
	workspace_run("test \"$(cat outside)\" = untouched");
}

static void put(enum tar_kind kind, const char *path, const char *content_or_target)
{
	static const uint8_t zeros[TAR_BLOCK_LEN];
	static struct tar_entry entry;

	entry = (struct tar_entry){.kind = kind};
	snprintf(entry.path, sizeof(entry.path), "%s", path);
	if (kind == TAR_FILE)
		entry.size = strlen(content_or_target);
	if (kind == TAR_LINK)
		snprintf(entry.link_target, sizeof(entry.link_target), "%s", content_or_target);
	tar_put_entry(&archive, &entry);
	byte_buf_put_bytes(&archive, content_or_target, (size_t)entry.size);
	byte_buf_put_bytes(&archive, zeros, tar_padding(entry.size));
}

static int run(void)
{
	int err;

	tar_put_end(&archive);
	err = unpack_push(&unpack, byte_buf_view(&archive));
	return err == 0 ? unpack_finish(&unpack) : err;
}

START_TEST(a_tree_is_made_again)
{
	put(TAR_DIRECTORY, "sub", "");
	put(TAR_FILE, "sub/file", "content");
	put(TAR_FILE, "empty", "");
	put(TAR_LINK, "sub/up", "../empty");
	put(TAR_LINK, "down", "./sub//file");
	ck_assert_int_eq(run(), 0);
	workspace_run("cd root && test \"$(cat sub/file)\" = content && test -f empty && "
		      "test ! -s sub/up && test \"$(cat down)\" = content && "
		      "test \"$(stat -c %%a sub/file sub)\" = \"600\n700\"");
}
END_TEST

/* Loops over all of them: whichever is taken is named. */
START_TEST(paths_that_lead_out_are_badmsg)
{
	static const char *const bad[] = {
		"/outside", "../outside", "sub/../../outside", "sub/..", ".",	"..",
		"sub/./x",  "sub//x",	  "missing/x",	       "",	 "sub/"};

	put(TAR_DIRECTORY, "sub", "");
	put(TAR_FILE, bad[_i], "written");
	ck_assert_msg(run() == -EBADMSG, "taken: %s", bad[_i]);
}
END_TEST

START_TEST(links_that_lead_out_are_badmsg)
{
	static const char *const bad[] = {"/outside",	"../outside", "sub/../../outside", "x/..",
					  "sub/../sub", "..",	      "./../outside",	   ""};

	put(TAR_DIRECTORY, "sub", "");
	put(TAR_LINK, "link", bad[_i]);
	ck_assert_msg(run() == -EBADMSG, "taken: %s", bad[_i]);
}
END_TEST

START_TEST(links_may_step_up_as_far_as_the_root_and_no_further)
{
	put(TAR_DIRECTORY, "a", "");
	put(TAR_DIRECTORY, "a/b", "");
	put(TAR_LINK, "a/b/root", "../../x");
	ck_assert_int_eq(run(), 0);
	byte_buf_clear(&archive);
	unpack_init(&unpack, root);
	put(TAR_LINK, "a/b/out", "../../../x");
	ck_assert_int_eq(run(), -EBADMSG);
}
END_TEST

START_TEST(nothing_is_written_through_a_link)
{
	put(TAR_DIRECTORY, "sub", "");
	put(TAR_LINK, "link", "sub");
	put(TAR_FILE, "link/file", "written");
	ck_assert_int_eq(run(), -EBADMSG);
	workspace_run("test ! -e root/sub/file");
}
END_TEST

START_TEST(nothing_is_replaced)
{
	put(TAR_FILE, "file", "first");
	put(TAR_FILE, "file", "second");
	ck_assert_int_eq(run(), -EBADMSG);
	workspace_run("test \"$(cat root/file)\" = first");
}
END_TEST

START_TEST(a_stream_cut_short_is_badmsg)
{
	put(TAR_FILE, "file", "content");
	ck_assert_int_eq(unpack_push(&unpack, byte_buf_view(&archive)), 0);
	ck_assert_int_eq(unpack_finish(&unpack), -EBADMSG);
}
END_TEST

START_TEST(a_tree_gets_its_modes_and_goes_away_whatever_they_are)
{
	const struct tree_access access = {.mode = 0440, .uid = (uid_t)-1, .gid = (gid_t)-1};
	int fd;

	put(TAR_DIRECTORY, "sub", "");
	put(TAR_FILE, "sub/file", "content");
	put(TAR_LINK, "link", "sub/file");
	ck_assert_int_eq(run(), 0);
	workspace_run("chmod 700 root/sub/file && printf x > root/plain");
	ck_assert_int_eq(tree_set_access(root, &access), 0);
	workspace_run("test \"$(stat -c %%a root root/sub root/sub/file root/plain)\" = "
		      "\"550\n550\n550\n440\"");
	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tree_remove(fd, "root");
	close(fd);
	workspace_run("test ! -e root");
}
END_TEST

/* The link goes, what it leads to stays. */
START_TEST(a_tree_is_removed_without_following_links)
{
	workspace_run("ln -s ../outside root/file && mkdir elsewhere && touch elsewhere/x && "
		      "ln -s ../elsewhere root/dir");
	tree_remove(root, "file");
	tree_remove(root, "dir");
	workspace_run("test -z \"$(ls root)\" && test -e elsewhere/x");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("unpack");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_tree_is_made_again);
	tcase_add_loop_test(tests, paths_that_lead_out_are_badmsg, 0, 11);
	tcase_add_loop_test(tests, links_that_lead_out_are_badmsg, 0, 8);
	tcase_add_test(tests, links_may_step_up_as_far_as_the_root_and_no_further);
	tcase_add_test(tests, nothing_is_written_through_a_link);
	tcase_add_test(tests, nothing_is_replaced);
	tcase_add_test(tests, a_stream_cut_short_is_badmsg);
	tcase_add_test(tests, a_tree_gets_its_modes_and_goes_away_whatever_they_are);
	tcase_add_test(tests, a_tree_is_removed_without_following_links);
	return unit_main(tests, "shim_unpack");
}
