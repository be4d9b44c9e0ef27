#include "agentd/offer.h"

#include <signal.h>
#include <sys/wait.h>

#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/frame.h"
#include "tests/support/fake_agent.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { PATIENCE_MS = 10000, AGENTS_MAX = 4 };

static struct front front;
static uv_loop_t loop;
static struct grant grant;
static pid_t agents[AGENTS_MAX];
static size_t agent_count;
static struct byte_buf text; /* what was offered; empty before */

/* An id and its agent. */
static void add_agent(const char *id, const char *script)
{
	char spec[128];
	char path[48];

	snprintf(path, sizeof(path), "%.32s.sock", id);
	snprintf(spec, sizeof(spec), "%s=%s", id, path);
	unlink(path);
	ck_assert_uint_lt(agent_count, AGENTS_MAX);
	agents[agent_count++] = fake_agent_start(path, script);
	ck_assert_int_eq(source_add_agent(&front.sources, spec), 0);
}

static void setup(void)
{
	said_begin();
	signal(SIGPIPE, SIG_IGN);
	front = (struct front){.limits = limits_default, .loop = &loop};
	grant = (struct grant){0};
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	byte_buf_init(&text, OFFER_LEN_MAX);
}

static void teardown(void)
{
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	source_set_deinit(&front.sources);
	byte_buf_deinit(&text);
	for (size_t i = 0; i < agent_count; i++) {
		kill(agents[i], SIGKILL);
		waitpid(agents[i], NULL, 0);
	}
}

static void on_offered(void *owner, struct byte_view offered)
{
	ck_assert_ptr_eq(owner, &text);
	ck_assert_uint_eq(text.len, 0); /* once */
	byte_buf_put_bytes(&text, offered.ptr, offered.len);
}

static struct offer *begin(void)
{
	struct offer *offer;

	file_queue_init(&front.files, &loop);
	upstream_pool_init(&front.pool, &loop, &front.limits);
	front.relays = (struct relay_context){.pool = &front.pool};
	offer = offer_new(&front, &grant, on_offered, &text);
	ck_assert_ptr_nonnull(offer);
	ck_assert_uint_eq(text.len, 0); /* never from within */
	return offer;
}

static void on_patience_over(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("waited too long");
}

/* What is offered, as a C string. */
static const char *offered(void)
{
	uv_timer_t patience;

	begin();
	uv_timer_init(&loop, &patience);
	uv_timer_start(&patience, on_patience_over, PATIENCE_MS, 0);
	while (text.len == 0)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
	byte_buf_put_u8(&text, '\0');
	return (char *)text.data;
}

static void assert_has(const char *words)
{
	ck_assert_msg(strstr((char *)text.data, words) != NULL, "\"%s\" is not in:\n%s", words,
		      (char *)text.data);
}

static void assert_lacks(const char *words)
{
	ck_assert_msg(strstr((char *)text.data, words) == NULL, "\"%s\" is in:\n%s", words,
		      (char *)text.data);
}

/* A script that answers with one identity of this type and comment. */
static const char *script_of_key(const char *type, const char *comment,
				 char fingerprint[FINGERPRINT_TEXT_MAX])
{
	static char script[4096];
	struct byte_buf blob;
	struct byte_buf frame;
	size_t mark;
	size_t at;

	byte_buf_init(&blob, 512);
	byte_buf_put_text(&blob, type);
	byte_buf_put_text(&blob, "thirty two bytes of a public key");
	fingerprint_of_blob(byte_buf_view(&blob), fingerprint);
	byte_buf_init(&frame, 2048);
	mark = frame_begin(&frame);
	byte_buf_put_u8(&frame, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(&frame, 1);
	byte_buf_put_string(&frame, byte_buf_view(&blob));
	byte_buf_put_text(&frame, comment);
	frame_end(&frame, mark);
	at = (size_t)snprintf(script, sizeof(script), "ask hex=");
	for (size_t i = 0; i < frame.len; i++)
		at += (size_t)snprintf(script + at, sizeof(script) - at, "%02x", frame.data[i]);
	snprintf(script + at, sizeof(script) - at, " stall");
	byte_buf_deinit(&blob);
	byte_buf_deinit(&frame);
	return script;
}

static const char *script_of_one_key(const char *comment, char fingerprint[FINGERPRINT_TEXT_MAX])
{
	return script_of_key("ssh-ed25519", comment, fingerprint);
}

START_TEST(keys_are_told_with_fingerprint_type_size_and_comment)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char line[256];

	add_agent("one", script_of_one_key("me@home", fingerprint));
	ck_assert_int_eq(strncmp(offered(), "ssh-forward-agent-offer 1\ndaemon ", 33), 0);
	assert_has("\nid one agent ok\n");
	snprintf(line, sizeof(line), "\nkey one %s ssh-ed25519 256 me@home\n", fingerprint);
	assert_has(line);
	assert_has("\ndefault one\n");
	assert_has("\nlimit message 262144\n");
	ck_assert_str_eq((char *)text.data + strlen((char *)text.data) - 5, "\nend\n");
}
END_TEST

START_TEST(a_comment_cannot_forge_lines)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];

	add_agent("one", script_of_one_key("a\nid two agent ok\r\x1b[2J\x7f", fingerprint));
	offered();
	assert_has("a?id two agent ok??[2J?\n");
}
END_TEST

START_TEST(a_key_type_is_one_word_of_bounded_length)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char type[100];
	char expected[100];

	memset(type, 't', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	memcpy(type, "a b\n\x7f\x1f~!", 8);
	memset(expected, 't', sizeof(expected));
	memcpy(expected, " a?b???~! ", 9);
	memcpy(expected + 1 + 64, " 0 me\n", 7); /* cut, and the size after it */
	add_agent("one", script_of_key(type, "me", fingerprint));
	offered();
	assert_has(expected);
}
END_TEST

START_TEST(a_long_comment_is_cut)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char comment[1024];

	memset(comment, 'c', sizeof(comment) - 1);
	comment[sizeof(comment) - 1] = '\0';
	add_agent("one", script_of_one_key(comment, fingerprint));
	comment[257] = '\0';
	offered();
	assert_lacks(comment);
	comment[256] = '\0';
	assert_has(comment);
}
END_TEST

START_TEST(without_keys_an_id_is_offered_without)
{
	add_agent("one", "ask hex=000000050c00000000 stall");
	offered();
	assert_has("\nid one agent ok\n");
	assert_lacks("\nkey ");
}
END_TEST

START_TEST(a_source_that_fails_is_unavailable)
{
	add_agent("closes", "ask close");
	add_agent("lies", "ask hex=000000050c00000001 stall");
	add_agent("refuses", "ask hex=0000000105 stall");
	add_agent("works", "ask hex=000000050c00000000 stall");
	offered();
	assert_has("\nid closes agent unavailable");
	assert_has("\nid lies agent unavailable");
	assert_has("\nid refuses agent unavailable");
	assert_has("\nid works agent ok\n");
}
END_TEST

START_TEST(a_source_that_stalls_does_not_hold_up_the_rest)
{
	add_agent("stalls", "ask stall");
	add_agent("works", "ask hex=000000050c00000000 stall");
	offered();
	assert_has("\nid stalls agent unavailable");
	assert_has("\nid works agent ok\n");
}
END_TEST

START_TEST(only_what_the_token_covers_is_offered)
{
	grant = (struct grant){
		.has_token = true,
		.token = {.name = "build", .expiry_s = 4102444800, .id_count = 1, .ids = {"two"}}};
	add_agent("default", "ask hex=000000050c00000000 stall");
	add_agent("two", "ask hex=000000050c00000000 stall");
	offered();
	assert_has("\ntoken build 4102444800\n");
	assert_has("\nid two agent ok\n");
	assert_lacks("id default");
	assert_has("\ndefault two\n"); /* the only one that this peer may have */
}
END_TEST

START_TEST(the_default_is_the_one_called_so)
{
	add_agent("one", "ask hex=000000050c00000000 stall");
	add_agent("default", "ask hex=000000050c00000000 stall");
	offered();
	assert_has("\ndefault default\n");
	assert_lacks("\ntoken ");
}
END_TEST

START_TEST(of_several_ids_none_is_the_default)
{
	add_agent("one", "ask hex=000000050c00000000 stall");
	add_agent("two", "ask hex=000000050c00000000 stall");
	offered();
	assert_lacks("\ndefault ");
}
END_TEST

START_TEST(a_peer_that_may_have_nothing_is_offered_nothing)
{
	grant = (struct grant){.has_token = true,
			       .token = {.name = "t", .id_count = 1, .ids = {"gone"}}};
	add_agent("one", "ask hex=000000050c00000000 stall");
	offered();
	assert_lacks("\nid ");
	assert_lacks("\ndefault ");
	assert_has("\nend\n");
}
END_TEST

START_TEST(an_offer_given_up_says_nothing)
{
	struct offer *offer;

	add_agent("one", "ask hex=000000050c00000000 stall");
	offer = begin();
	uv_run(&loop, UV_RUN_NOWAIT);
	offer_cancel(offer);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(text.len, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("offer");

	tcase_set_timeout(tests, 20);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, keys_are_told_with_fingerprint_type_size_and_comment);
	tcase_add_test(tests, a_comment_cannot_forge_lines);
	tcase_add_test(tests, a_key_type_is_one_word_of_bounded_length);
	tcase_add_test(tests, a_long_comment_is_cut);
	tcase_add_test(tests, without_keys_an_id_is_offered_without);
	tcase_add_test(tests, a_source_that_fails_is_unavailable);
	tcase_add_test(tests, a_source_that_stalls_does_not_hold_up_the_rest);
	tcase_add_test(tests, only_what_the_token_covers_is_offered);
	tcase_add_test(tests, the_default_is_the_one_called_so);
	tcase_add_test(tests, of_several_ids_none_is_the_default);
	tcase_add_test(tests, a_peer_that_may_have_nothing_is_offered_nothing);
	tcase_add_test(tests, an_offer_given_up_says_nothing);
	return unit_main(tests, "offer");
}
