#include "agentd/audit.h"

#include <errno.h>
#include <signal.h>

#include "agentd/audit_line.h"
#include "common/log.h"
#include "tests/support/full_log.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { LOG_LEN_MAX = 4 * 1024 * 1024 };

static uv_loop_t loop;
static struct audit audit;
static struct grant grant = {.link = 7, .peer = "10.0.0.1:5", .has_token = true};
static unsigned tickets_done;
static int last_err;

static void on_recorded(struct audit_ticket *ticket, int err)
{
	(void)ticket;
	tickets_done++;
	last_err = err;
}

static void audit_begin_test(void)
{
	unlink("audit.log");
	said_begin();
	snprintf(grant.token.name, sizeof(grant.token.name), "build");
	tickets_done = 0;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
}

/* With this mode, into "audit.log". */
static void begin(enum audit_mode mode)
{
	ck_assert_int_eq(audit_open(&audit, "audit.log", mode), 0);
	audit_start(&audit, &loop);
}

static void end(void)
{
	audit_close(&audit);
	uv_run(&loop, UV_RUN_DEFAULT);
	audit_deinit(&audit);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static struct record make_record(enum verdict verdict)
{
	struct record record = {
		.id = "one",
		.grant = &grant,
		.kind = "sign",
		.decision = {.kind = GATE_SIGN, .passes = true, .login = {.user = "git"}},
		.has_key = true,
		.verdict = verdict,
		.begun_ns = 1000000,
		.sent_ns = 2000000,
		.ended_ns = 3500000,
	};

	return record;
}

/* A line of a signature, with a ticket. */
static int put(struct audit_ticket *ticket)
{
	struct record record = make_record(VERDICT_SIGNED);

	*ticket = (struct audit_ticket){.on_recorded = on_recorded};
	return audit_record(&audit, &record, ticket);
}

static void await_tickets(unsigned count)
{
	while (tickets_done < count) {
		ck_assert(uv_loop_alive(&loop));
		uv_run(&loop, UV_RUN_ONCE);
	}
}

/* Each line of the log is JSON; the one with this number, or NULL. */
static json_t *read_line(size_t index)
{
	struct byte_buf content;
	json_t *found = NULL;
	const char *rest;

	byte_buf_init(&content, LOG_LEN_MAX);
	workspace_read("audit.log", &content);
	ck_assert(content.len == 0 || content.data[content.len - 1] == '\n');
	byte_buf_put_u8(&content, 0);
	rest = (const char *)content.data;
	for (size_t i = 0; *rest != '\0'; i++) {
		size_t len = strcspn(rest, "\n");
		json_t *line = json_loadb(rest, len, JSON_REJECT_DUPLICATES, NULL);

		ck_assert_msg(line != NULL, "no JSON: %.*s", (int)len, rest);
		if (i == index)
			found = line;
		else
			json_decref(line);
		rest += len + 1;
	}
	byte_buf_deinit(&content);
	return found;
}

static void expect_text(const json_t *line, const char *name, const char *value)
{
	const char *text = json_string_value(json_object_get(line, name));

	ck_assert_msg(text != NULL, "no %s", name);
	ck_assert_str_eq(text, value);
}

START_TEST(a_signature_has_all_that_a_reviewer_asks_for)
{
	struct record record = make_record(VERDICT_SIGNED);
	json_t *line;

	begin(AUDIT_BEST_EFFORT);
	record.decision.login.has_host = true;
	record.decision.login.host = "github.com";
	ck_assert_int_eq(audit_record(&audit, &record, NULL), 0);
	end();
	line = read_line(1);
	ck_assert_ptr_nonnull(line);
	expect_text(line, "event", "request");
	expect_text(line, "peer", "10.0.0.1:5");
	expect_text(line, "token", "build");
	expect_text(line, "id", "one");
	expect_text(line, "kind", "sign");
	expect_text(line, "key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	expect_text(line, "user", "git");
	expect_text(line, "host", "github.com");
	expect_text(line, "host_key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	expect_text(line, "verdict", "signed");
	ck_assert(json_is_true(json_object_get(line, "verified")));
	ck_assert(json_is_null(json_object_get(line, "reason")));
	ck_assert_int_eq(json_integer_value(json_object_get(line, "link")), 7);
	ck_assert_int_eq(json_integer_value(json_object_get(line, "number")), 2);
	ck_assert_double_eq(json_real_value(json_object_get(line, "duration_ms")), 2.5);
	ck_assert_double_eq(json_real_value(json_object_get(line, "upstream_ms")), 1.5);
	json_decref(line);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_do_not_break_a_line)
{
	struct record record = make_record(VERDICT_REFUSED);
	json_t *line;

	begin(AUDIT_BEST_EFFORT);
	record.id = "\xff\xfe\"\n\\";
	record.reason = "no";
	snprintf(record.decision.detail, sizeof(record.decision.detail), "a\x80\nb");
	audit_record(&audit, &record, NULL);
	end();
	line = read_line(1);
	expect_text(line, "id", "\\xff\\xfe\"\n\\");
	expect_text(line, "detail", "a\\x80\nb");
	json_decref(line);
}
END_TEST

START_TEST(what_only_passed_leaves_no_line)
{
	struct record record = make_record(VERDICT_PASSED);

	begin(AUDIT_BEST_EFFORT);
	record.decision.kind = GATE_LIST;
	audit_record(&audit, &record, NULL);
	end();
	ck_assert_ptr_null(read_line(2)); /* there are "started" and "ended" */
}
END_TEST

START_TEST(without_a_log_nothing_waits)
{
	struct audit_ticket ticket;

	ck_assert_int_eq(audit_open(&audit, NULL, AUDIT_REQUIRED), 0);
	audit_start(&audit, &loop);
	ck_assert_int_eq(put(&ticket), 0);
	ck_assert_ptr_null(audit_obstacle(&audit));
	ck_assert_ptr_null(audit_obstacle(NULL));
	end();
	ck_assert_int_eq(access("audit.log", F_OK), -1);
}
END_TEST

START_TEST(best_effort_waits_for_nothing)
{
	struct audit_ticket ticket;

	begin(AUDIT_BEST_EFFORT);
	ck_assert_int_eq(put(&ticket), 0);
	end();
	ck_assert_uint_eq(tickets_done, 0);
}
END_TEST

START_TEST(a_ticket_comes_when_the_line_is_in_the_file)
{
	struct audit_ticket ticket;
	json_t *line;

	begin(AUDIT_REQUIRED);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	ck_assert_uint_eq(tickets_done, 0);
	await_tickets(1);
	ck_assert_int_eq(last_err, 0);
	line = read_line(1);
	expect_text(line, "verdict", "signed");
	json_decref(line);
	end();
}
END_TEST

START_TEST(a_dropped_ticket_never_comes)
{
	struct audit_ticket ticket;

	begin(AUDIT_REQUIRED);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	audit_ticket_drop(&ticket);
	end();
	ck_assert_uint_eq(tickets_done, 0);
	json_decref(read_line(1));
}
END_TEST

START_TEST(required_signs_nothing_while_lines_cannot_be_written)
{
	struct audit_ticket tickets[3];
	json_t *line;

	full_log_make();
	begin(AUDIT_REQUIRED);
	ck_assert_int_eq(put(&tickets[0]), -EINPROGRESS);
	await_tickets(1);
	full_log_limit(10);
	ck_assert_int_eq(put(&tickets[1]), -EINPROGRESS);
	await_tickets(2);
	ck_assert_int_eq(last_err, -EFBIG);
	ck_assert_ptr_nonnull(audit_obstacle(&audit));
	ck_assert_int_eq(put(&tickets[2]), -EFBIG);
	full_log_limit(-1);
	full_log_await_recovery(&loop, &audit);
	ck_assert_ptr_null(audit_obstacle(&audit));
	said_expect("nothing is signed until it can");
	said_expect("is written again");
	line = read_line(3); /* right behind the signature that left */
	expect_text(line, "event", "gap");
	expect_text(line, "reason", "File too large");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "lost")), 2);
	json_decref(line);
	end();
}
END_TEST

START_TEST(best_effort_keeps_lines_for_better_times)
{
	struct record record = make_record(VERDICT_SIGNED);
	json_t *line;

	full_log_make();
	begin(AUDIT_BEST_EFFORT);
	uv_run(&loop, UV_RUN_DEFAULT);
	full_log_limit(10);
	for (int i = 0; i < 3; i++)
		audit_record(&audit, &record, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	said_expect("keys are used without a record");
	ck_assert_ptr_null(audit_obstacle(&audit));
	ck_assert_ptr_null(read_line(2)); /* and not ten bytes of it */
	full_log_limit(-1);
	full_log_await_recovery(&loop, &audit);
	end();
	line = read_line(2);
	expect_text(line, "event", "gap");
	json_decref(line);
	for (size_t i = 3; i < 6; i++) {
		line = read_line(i);
		expect_text(line, "event", "request");
		json_decref(line);
	}
}
END_TEST

/* The thread has no chance to write: the loop does not turn. */
START_TEST(lines_over_the_queue_are_counted)
{
	struct record record = make_record(VERDICT_SIGNED);
	json_t *line;

	begin(AUDIT_BEST_EFFORT);
	for (int i = 0; i < AUDIT_QUEUE_MAX + 10; i++)
		audit_record(&audit, &record, NULL);
	ck_assert_uint_eq(audit.writer.queue_len, AUDIT_QUEUE_MAX);
	ck_assert_uint_eq(audit.writer.lost_count, 10);
	said_expect("lines are lost");
	uv_run(&loop, UV_RUN_DEFAULT);
	end();
	line = read_line(1); /* the first batch was on its way already */
	expect_text(line, "event", "gap");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "lost")), 10);
	json_decref(line);
}
END_TEST

START_TEST(floods_of_strangers_are_summed_up)
{
	begin(AUDIT_BEST_EFFORT);
	for (int i = 0; i < 1000; i++)
		audit_peer(&audit, "login-refused", &grant, "no", true);
	ck_assert_uint_ge(audit.writer.omitted_count, 700); /* a second may have ended */
	ck_assert_uint_eq(audit.writer.lost_count, 0);
	end();
	ck_assert_uint_eq(audit.writer.omitted_unsaid, 0);
}
END_TEST

START_TEST(a_rotated_file_is_opened_anew)
{
	struct audit_ticket ticket;
	json_t *line;

	begin(AUDIT_REQUIRED);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	await_tickets(1);
	ck_assert_int_eq(rename("audit.log", "audit.log.1"), 0);
	audit_reopen(&audit);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	await_tickets(2);
	line = read_line(0);
	expect_text(line, "event", "request");
	json_decref(line);
	end();
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_anew_is_written_on)
{
	struct audit_ticket ticket;

	begin(AUDIT_REQUIRED);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	await_tickets(1);
	ck_assert_int_eq(rename("audit.log", "audit.log.1"), 0);
	ck_assert_int_eq(symlink("elsewhere", "audit.log"), 0);
	audit_reopen(&audit);
	ck_assert_int_eq(put(&ticket), -EINPROGRESS);
	await_tickets(2);
	ck_assert_int_eq(last_err, 0);
	said_expect("its old file is written on: it is a symbolic link");
	end();
	ck_assert_int_eq(rename("audit.log.1", "audit.log"), 0);
	json_decref(read_line(2));
}
END_TEST

static void expect_refused(const char *reason)
{
	said_forget();
	ck_assert_int_lt(audit_open(&audit, "audit.log", AUDIT_BEST_EFFORT), 0);
	audit_deinit(&audit);
	said_expect(reason);
	ck_assert_int_eq(unlink("audit.log"), 0);
}

START_TEST(files_that_others_could_change_are_refused)
{
	workspace_write("audit.log", view_of(""));
	ck_assert_int_eq(chmod("audit.log", 0620), 0);
	expect_refused("others may write to it");
	workspace_write("other", view_of(""));
	ck_assert_int_eq(symlink("other", "audit.log"), 0);
	expect_refused("symbolic link");
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

/* Somebody reads the other; it would not even block. */
START_TEST(fifos_are_refused_with_and_without_a_reader)
{
	int reader;

	ck_assert_int_eq(mkfifo("audit.log", 0600), 0);
	expect_refused("no regular file");
	ck_assert_int_eq(mkfifo("audit.log", 0600), 0);
	reader = open("audit.log", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(reader, 0);
	expect_refused("no regular file");
	close(reader);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

START_TEST(the_file_is_the_owners_alone)
{
	struct stat info;

	umask(0);
	begin(AUDIT_BEST_EFFORT);
	umask(077);
	ck_assert_int_eq(stat("audit.log", &info), 0);
	ck_assert_uint_eq(info.st_mode & 07777, 0600);
	end();
}
END_TEST

/* Somebody else appends to the file while a line is torn, so that it cannot be taken back. */
START_TEST(a_torn_line_is_finished_first)
{
	struct audit_file file;
	char fault[AUDIT_FAULT_MAX];
	char texts[][9] = {"{\"a\":1}\n", "{\"b\":2}\n"};
	struct iovec lines[] = {{texts[0], 8}, {texts[1], 8}};
	struct byte_buf content;
	size_t done;

	ck_assert_int_eq(audit_file_open(&file, "audit.log", fault), 0);
	file.rest = strdup("}\n");
	file.rest_len = 2;
	workspace_write("audit.log", view_of("{\"z\":0"));
	ck_assert_int_eq(audit_file_write(&file, lines, 2, &done), 0);
	ck_assert_uint_eq(done, 2);
	audit_file_close(&file);
	byte_buf_init(&content, LOG_LEN_MAX);
	workspace_read("audit.log", &content);
	ck_assert(view_equals_text(byte_buf_view(&content), "{\"z\":0}\n{\"a\":1}\n{\"b\":2}\n"));
	byte_buf_deinit(&content);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("audit");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, audit_begin_test, NULL);
	tcase_add_test(tests, a_signature_has_all_that_a_reviewer_asks_for);
	tcase_add_test(tests, bytes_that_are_no_utf8_do_not_break_a_line);
	tcase_add_test(tests, what_only_passed_leaves_no_line);
	tcase_add_test(tests, without_a_log_nothing_waits);
	tcase_add_test(tests, best_effort_waits_for_nothing);
	tcase_add_test(tests, a_ticket_comes_when_the_line_is_in_the_file);
	tcase_add_test(tests, a_dropped_ticket_never_comes);
	tcase_add_test(tests, required_signs_nothing_while_lines_cannot_be_written);
	tcase_add_test(tests, best_effort_keeps_lines_for_better_times);
	tcase_add_test(tests, lines_over_the_queue_are_counted);
	tcase_add_test(tests, floods_of_strangers_are_summed_up);
	tcase_add_test(tests, a_rotated_file_is_opened_anew);
	tcase_add_test(tests, a_file_that_cannot_be_opened_anew_is_written_on);
	tcase_add_test(tests, files_that_others_could_change_are_refused);
	tcase_add_test(tests, fifos_are_refused_with_and_without_a_reader);
	tcase_add_test(tests, the_file_is_the_owners_alone);
	tcase_add_test(tests, a_torn_line_is_finished_first);
	return unit_main(tests, "audit");
}
