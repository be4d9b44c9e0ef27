#include "agentd/status_text.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

enum { TEXT_MAX = 256 * 1024 };

static struct byte_buf text;

static void setup(void)
{
	byte_buf_init(&text, TEXT_MAX);
}

static void teardown(void)
{
	byte_buf_deinit(&text);
}

/* What a document with these members looks like, as a C string of lines that no terminal minds. */
static const char *shown(const char *json)
{
	json_t *document = json_loads(json, JSON_ALLOW_NUL, NULL);

	ck_assert_ptr_nonnull(document);
	status_text_put(&text, document);
	json_decref(document);
	for (size_t i = 0; i < text.len; i++)
		ck_assert_msg(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] < 0x7f),
			      "byte %d", text.data[i]);
	ck_assert_int_eq(text.data[text.len - 1], '\n');
	byte_buf_put_u8(&text, '\0');
	ck_assert_int_eq(byte_buf_status(&text), 0);
	return (const char *)text.data;
}

static void assert_shows(const char *json, const char *words)
{
	ck_assert_msg(strstr(shown(json), words) != NULL, "\"%s\" is not in:\n%s", words,
		      (char *)text.data);
}

START_TEST(the_comment_of_a_key_moves_no_cursor)
{
	assert_shows(
		"{\"ids\": [{\"id\": \"a\", \"keys\": [{\"fingerprint\": \"SHA256:x\", "
		"\"type\": \"ssh-rsa\", \"comment\": \"\\u001b[2J\\u0000\\u009b\\n\\u202ek\"}]}]}",
		"  key SHA256:x ssh-rsa \\x1b[2J\\x00\\xc2\\x9b\\x0a\\xe2\\x80\\xaek\n");
}
END_TEST

START_TEST(a_document_of_another_version_is_shown_as_far_as_it_goes)
{
	assert_shows("{}", "ssh-forward-agentd -, pid 0, up 0 s\n");
	byte_buf_clear(&text);
	assert_shows("{\"daemon\": 3, \"ids\": [null, 7, {\"keys\": {}}], \"links\": [[]], "
		     "\"audit\": \"x\", \"refusals\": [], \"secrets\": [0], \"listeners\": "
		     "[{\"kind\": 1}], \"requests\": [\"\"]}",
		     "id -: key files\n");
}
END_TEST

START_TEST(times_are_told_in_two_units)
{
	static const struct {
		long seconds;
		const char *said;
	} times[] = {{59, "up 59 s\n"},		  {60, "up 1 min 0 s\n"},
		     {3599, "up 59 min 59 s\n"},  {3600, "up 1 h 0 min\n"},
		     {86399, "up 23 h 59 min\n"}, {90000, "up 1 d 1 h\n"}};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char json[64];

		snprintf(json, sizeof(json), "{\"daemon\": {\"uptime_seconds\": %ld}}",
			 times[i].seconds);
		assert_shows(json, times[i].said);
		byte_buf_clear(&text);
	}
}
END_TEST

START_TEST(signatures_are_shown_with_their_durations)
{
	assert_shows(
		"{\"ids\": [{\"id\": \"a\", \"available\": true, \"signatures\": 2, \"failures\": "
		"1, "
		"\"refusals\": {\"total\": 3, \"reasons\": [{\"reason\": \"why\", \"count\": 3}]}, "
		"\"total_ms\": {\"p50\": 1.26, \"p99\": 2500}, \"upstream_ms\": {\"p50\": 1, "
		"\"p99\": 999.4}, \"signatures_left\": 1, \"seconds_left\": 61}]}",
		"  2 signatures (p50 1.3 ms, p99 2.5 s; of that the source 1.0 ms, 999.4 ms), 1 "
		"failed, 3 refused, 1 signature left, 1 min 1 s left\n  refused 3: why\n");
}
END_TEST

START_TEST(what_was_left_out_is_said)
{
	assert_shows("{\"links\": [], \"links_omitted\": 904}", "\nlinks\n  ... 904 more\n");
}
END_TEST

START_TEST(a_log_that_cannot_be_written_is_said)
{
	assert_shows("{\"audit\": {\"log\": \"/l\", \"mode\": \"required\", \"written\": 5, "
		     "\"waiting\": 1, "
		     "\"lost\": 2, \"omitted\": 3, \"fault\": \"No space\"}}",
		     "\naudit log /l (required): 5 lines written, 1 waiting, 2 lost, 3 left out in "
		     "floods\n  it cannot be written: No space\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("status_text");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_comment_of_a_key_moves_no_cursor);
	tcase_add_test(tests, a_document_of_another_version_is_shown_as_far_as_it_goes);
	tcase_add_test(tests, times_are_told_in_two_units);
	tcase_add_test(tests, signatures_are_shown_with_their_durations);
	tcase_add_test(tests, what_was_left_out_is_said);
	tcase_add_test(tests, a_log_that_cannot_be_written_is_said);
	return unit_main(tests, "status_text");
}
