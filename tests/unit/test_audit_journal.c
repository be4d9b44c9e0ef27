#include "agentd/audit_journal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentd/audit_line.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

START_TEST(the_journal_gets_fields)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "journal.sock"};
	int journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct grant grant = {.link = 7, .peer = "10.0.0.1:5"};
	const struct record record = {
		.id = "two\nlines",
		.grant = &grant,
		.kind = "sign",
		.decision = {.kind = GATE_SIGN, .login = {.user = "git"}},
		.verdict = VERDICT_REFUSED,
		.reason = "for the test",
	};
	json_t *json = audit_line_new("request", 3);
	struct iovec entry;
	char got[8192];
	size_t done;
	ssize_t len;
	int fd;

	ck_assert_int_eq(audit_journal_open("journal.sock"), -ENOENT);
	ck_assert_int_eq(bind(journal, (struct sockaddr *)&address, sizeof(address)), 0);
	fd = audit_journal_open("journal.sock");
	ck_assert_int_ge(fd, 0);
	audit_line_put_record(json, &record);
	entry.iov_base = audit_line_journal_fields(json, &entry.iov_len);
	ck_assert_int_eq(audit_journal_write(fd, &entry, 1, &done), 0);
	ck_assert_uint_eq(done, 1);
	len = recv(journal, got, sizeof(got), 0);
	ck_assert_int_eq(len, (ssize_t)entry.iov_len);
	ck_assert_int_eq(memcmp(got, "MESSAGE={", 9), 0);
	ck_assert_ptr_nonnull(memmem(got, (size_t)len, "\nPRIORITY=4\n", 12));
	ck_assert_ptr_nonnull(
		memmem(got, (size_t)len, "\nSYSLOG_IDENTIFIER=ssh-forward-agentd\n", 38));
	ck_assert_ptr_nonnull(memmem(got, (size_t)len, "\nSFA_USER=git\n", 14));
	ck_assert_ptr_nonnull(memmem(got, (size_t)len, "\nSFA_LINK=7\n", 12));
	/* What holds a newline has its length before it, in eight bytes, little-endian. */
	ck_assert_ptr_nonnull(
		memmem(got, (size_t)len, "\nSFA_ID\n\x09\0\0\0\0\0\0\0two\nlines\n", 26));
	free(entry.iov_base);
	json_decref(json);
	close(fd);
	close(journal);
	unlink("journal.sock");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("audit_journal");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_test(tests, the_journal_gets_fields);
	return unit_main(tests, "audit_journal");
}
