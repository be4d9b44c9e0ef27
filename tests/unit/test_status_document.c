#include "agentd/status_document.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "agentd/link.h"
#include "agentd/status.h"
#include "common/agent_msg.h"
#include "tests/support/unit.h"

enum { LINKS = 5000, MANY_IDS = 40, KEYS = 800, RECORDS = 1000, ANSWER_MAX = 256 * 1024 };

static uv_loop_t loop;
static struct front front;
static struct identity_query queries[MANY_IDS];
static struct link *links;
static struct byte_buf text;
static json_t *document;

static void setup(void)
{
	front = (struct front){.limits = limits_default, .loop = &loop};
	memset(queries, 0, sizeof(queries));
	links = NULL;
	document = NULL;
	byte_buf_init(&text, STATUS_LEN_MAX);
}

static void teardown(void)
{
	for (size_t i = 0; i < front.sources.count; i++)
		byte_buf_deinit(&queries[i].answer);
	source_set_deinit(&front.sources);
	free(links);
	json_decref(document);
	byte_buf_deinit(&text);
}

static void add_id(const char *id)
{
	char spec[128];
	size_t index = front.sources.count;

	snprintf(spec, sizeof(spec), "%s=/agent.sock", id);
	ck_assert_int_eq(source_add_agent(&front.sources, spec), 0);
	queries[index] = (struct identity_query){.source = front.sources.list[index]};
	byte_buf_init(&queries[index].answer, ANSWER_MAX);
}

/* count keys, all with this comment. */
static void add_keys(size_t index, uint32_t count, struct byte_view comment)
{
	struct byte_buf *answer = &queries[index].answer;

	byte_buf_put_u8(answer, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(answer, count);
	for (uint32_t i = 0; i < count; i++) {
		byte_buf_put_u32(answer, 4 + 11 + 4);
		byte_buf_put_text(answer, "ssh-ed25519");
		byte_buf_put_u32(answer, i);
		byte_buf_put_string(answer, comment);
	}
	ck_assert_int_eq(byte_buf_status(answer), 0);
}

static void add_links(size_t count)
{
	links = calloc(count, sizeof(*links));
	ck_assert_ptr_nonnull(links);
	for (size_t i = 0; i < count; i++) {
		struct grant *grant = &links[i].grant;

		grant->link = i + 1;
		snprintf(grant->peer, sizeof(grant->peer), "[fd00:1111:2222:3333::%zx]:65535",
			 0x1000 + i);
		grant->has_token = true;
		memset(grant->token.name, 'n', TOKEN_NAME_MAX);
		memset(grant->token.seal, 0x5e, sizeof(grant->token.seal));
		links[i].is_logged_in = true;
		LIST_INSERT_HEAD(&front.links, &links[i], entry);
	}
	front.link_count = (unsigned)count;
}

static void take(void)
{
	size_t strange = 0;

	ck_assert_int_eq(status_document_put(&front, queries, front.sources.count, &text), 0);
	ck_assert_ptr_null(memchr(text.data, '\n', text.len));
	for (size_t i = 0; i < text.len; i++)
		strange += text.data[i] < 0x20 || text.data[i] >= 0x7f;
	ck_assert_uint_eq(strange, 0);
	document = json_loadb((char *)text.data, text.len, JSON_ALLOW_NUL, NULL);
	ck_assert_ptr_nonnull(document);
}

static json_int_t number(const json_t *object, const char *name)
{
	ck_assert_msg(json_is_integer(json_object_get(object, name)), "%s is no number", name);
	return json_integer_value(json_object_get(object, name));
}

static const json_t *id_at(size_t index)
{
	return json_array_get(json_object_get(document, "ids"), index);
}

START_TEST(links_past_the_bound_are_counted)
{
	add_links(LINKS);
	take();
	ck_assert_uint_eq(json_array_size(json_object_get(document, "links")), 4096);
	ck_assert_int_eq(number(document, "links_omitted"), LINKS - 4096);
	ck_assert_int_eq(number(document, "link_count"), LINKS);
}
END_TEST

START_TEST(links_that_close_are_neither_shown_nor_counted)
{
	add_links(LINKS);
	for (size_t i = 0; i < LINKS - 3; i++)
		links[i].is_closing = true;
	take();
	ck_assert_uint_eq(json_array_size(json_object_get(document, "links")), 3);
	ck_assert_int_eq(number(document, "links_omitted"), 0);
}
END_TEST

/* Requests whose every word is one that JSON makes longer. */
static void add_requests(struct record *records, const struct grant *grant)
{
	for (size_t i = 0; i < RECORDS; i++) {
		struct gate_login *login = &records[i].decision.login;

		records[i].id = "id";
		records[i].grant = grant;
		memset(login->user, '"', sizeof(login->user) - 1);
		memset(login->sshsig_namespace, '\\', sizeof(login->sshsig_namespace) - 1);
		LIST_INSERT_HEAD(&front.relays.records, &records[i], entry);
	}
}

/* All lists longer than can be, of the longest that there is: a byte of a comment becomes six. */
START_TEST(the_largest_document_fits_and_counts_what_it_lacks)
{
	static const struct grant grant;
	struct record *records = calloc(RECORDS, sizeof(*records));
	uint8_t comment[256];
	size_t shown;

	ck_assert_ptr_nonnull(records);
	memset(comment, 0x01, sizeof(comment));
	add_links(LINKS);
	add_requests(records, &grant);
	for (int i = 0; i < MANY_IDS; i++) {
		char id[16];

		snprintf(id, sizeof(id), "id%d", i);
		add_id(id);
		add_keys((size_t)i, KEYS, (struct byte_view){comment, sizeof(comment)});
	}
	take();
	free(records);
	shown = json_array_size(json_object_get(document, "links"));
	ck_assert_uint_gt(shown, 3000);
	ck_assert_int_eq((json_int_t)shown + number(document, "links_omitted"), LINKS);
	shown = json_array_size(json_object_get(document, "requests"));
	ck_assert_uint_gt(shown, 10);
	ck_assert_int_eq((json_int_t)shown + number(document, "requests_omitted"), RECORDS);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "ids")), MANY_IDS);
	for (size_t i = 0; i < MANY_IDS; i++) {
		shown = json_array_size(json_object_get(id_at(i), "keys"));
		ck_assert_uint_gt(shown, 5);
		ck_assert_int_eq((json_int_t)shown + number(id_at(i), "keys_omitted"), KEYS);
	}
}
END_TEST

START_TEST(secrets_past_the_bound_are_counted)
{
	enum { SECRETS = 1000 };
	char path[1024] = "/";

	memset(path + 1, '\1', sizeof(path) - 2);
	front.secrets.list = calloc(SECRETS, sizeof(*front.secrets.list));
	front.secrets.count = SECRETS;
	ck_assert_ptr_nonnull(front.secrets.list);
	for (size_t i = 0; i < SECRETS; i++)
		front.secrets.list[i].path = path;
	take();
	ck_assert_uint_gt(json_array_size(json_object_get(document, "secrets")), 10);
	ck_assert_int_eq((json_int_t)json_array_size(json_object_get(document, "secrets")) +
				 number(document, "secrets_omitted"),
			 SECRETS);
	free(front.secrets.list);
}
END_TEST

START_TEST(what_fits_nowhere_is_an_error)
{
	byte_buf_deinit(&text);
	byte_buf_init(&text, 100);
	ck_assert_int_eq(status_document_put(&front, queries, 0, &text), -EMSGSIZE);
}
END_TEST

START_TEST(comments_survive_whatever_is_in_them)
{
	static const uint8_t comment[] = "a\0b\033[2J\xff\xc3\xa9\n\"";
	const json_t *said;

	add_id("a");
	add_keys(0, 1, (struct byte_view){comment, sizeof(comment) - 1});
	take();
	said = json_object_get(json_array_get(json_object_get(id_at(0), "keys"), 0), "comment");
	ck_assert_uint_eq(json_string_length(said), sizeof("a\0b\033[2J\\xff\xc3\xa9\n\"") - 1);
	ck_assert_int_eq(memcmp(json_string_value(said), "a\0b\033[2J\\xff\xc3\xa9\n\"",
				json_string_length(said)),
			 0);
}
END_TEST

START_TEST(counts_are_those_of_the_statistics)
{
	struct statistics *statistics;
	const json_t *id;
	const json_t *refusals;

	add_id("a");
	statistics = &front.sources.list[0]->state->statistics;
	statistics->signed_count = 7;
	statistics->failed_count = 2;
	refusals_count(&statistics->refusals, "one");
	refusals_count(&statistics->refusals, "two");
	refusals_count(&statistics->refusals, "two");
	for (int i = 0; i < 100; i++) {
		histogram_add(&statistics->total, i < 98 ? 5000000 : 800000000);
		histogram_add(&statistics->upstream, i < 98 ? 2000000 : 400000000);
	}
	front.sources.list[0]->policy.max_signatures = 10;
	front.sources.list[0]->state->lease->used = 7;
	take();
	id = id_at(0);
	ck_assert_int_eq(number(id, "signatures"), 7);
	ck_assert_int_eq(number(id, "failures"), 2);
	ck_assert_int_eq(number(id, "signatures_left"), 3);
	ck_assert(json_is_null(json_object_get(id, "seconds_left")));
	refusals = json_object_get(id, "refusals");
	ck_assert_int_eq(number(refusals, "total"), 3);
	ck_assert_int_eq(number(json_array_get(json_object_get(refusals, "reasons"), 1), "count"),
			 2);
	ck_assert_double_eq_tol(
		json_number_value(json_object_get(json_object_get(id, "total_ms"), "p50")), 5, 0.4);
	ck_assert_double_eq_tol(
		json_number_value(json_object_get(json_object_get(id, "total_ms"), "p99")), 800,
		56);
	ck_assert_double_eq_tol(
		json_number_value(json_object_get(json_object_get(id, "upstream_ms"), "p99")), 400,
		28);
	ck_assert_double_eq(
		json_number_value(json_object_get(json_object_get(id, "upstream_ms"), "max")), 400);
}
END_TEST

START_TEST(nothing_signed_has_no_durations)
{
	add_id("a");
	take();
	ck_assert(json_is_null(json_object_get(id_at(0), "total_ms")));
	ck_assert(json_is_null(json_object_get(id_at(0), "upstream_ms")));
}
END_TEST

START_TEST(an_id_whose_lease_is_over_says_so)
{
	add_id("a");
	front.sources.list[0]->policy.max_signatures = 1;
	front.sources.list[0]->state->lease->used = 1;
	take();
	ck_assert(json_is_false(json_object_get(id_at(0), "available")));
	ck_assert(json_is_string(json_object_get(id_at(0), "fault")));
	ck_assert_int_eq(number(id_at(0), "signatures_left"), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("status_document");

	tcase_set_timeout(tests, 50);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, links_past_the_bound_are_counted);
	tcase_add_test(tests, links_that_close_are_neither_shown_nor_counted);
	tcase_add_test(tests, the_largest_document_fits_and_counts_what_it_lacks);
	tcase_add_test(tests, secrets_past_the_bound_are_counted);
	tcase_add_test(tests, what_fits_nowhere_is_an_error);
	tcase_add_test(tests, comments_survive_whatever_is_in_them);
	tcase_add_test(tests, counts_are_those_of_the_statistics);
	tcase_add_test(tests, nothing_signed_has_no_durations);
	tcase_add_test(tests, an_id_whose_lease_is_over_says_so);
	return unit_main(tests, "status_document");
}
