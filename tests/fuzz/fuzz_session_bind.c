/*
 * fuzz_session_bind - requests of one agent connection, in frames, those that bind it to sessions
 * verified and kept. Bindings that are good come from the corpus: hosts signed them.
 */
#include <errno.h>

#include "agentd/binding.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"

/* The rules of OpenSSH's agent (process_ext_session_bind), once more. */
static int may_be_kept(const struct binding_list *before, const struct binding *added)
{
	for (unsigned i = 0; i < before->count; i++) {
		if (!before->list[i].is_forwarding ||
		    memcmp(before->list[i].session_id, added->session_id,
			   sizeof(added->session_id)) == 0)
			return 0;
	}
	return before->count < BINDINGS_MAX;
}

/* Of a binding that passes, the host signed every byte that means something. */
static void check_altered(const struct binding_list *before, struct byte_view request,
			  size_t position)
{
	struct binding_list list = *before;
	struct session_bind bind;
	struct byte_view altered;

	FUZZ_CHECK(position < request.len);
	altered = exact_copy(request.ptr, request.len);
	((uint8_t *)(uintptr_t)altered.ptr)[position] ^= 1;
	if (session_bind_parse(altered, &bind) == 0)
		FUZZ_CHECK(binding_list_add(&list, &bind) != NULL);
	exact_free(altered);
}

/* A login in the session of a binding that passed, to its host. */
static void check_login(const struct binding_list *list, const struct session_bind *bind,
			int is_new)
{
	struct userauth auth = {.session_id = bind->session_id,
				.host_key_blob = bind->host_key_blob};
	const struct binding *host = NULL;
	const char *fault = binding_list_check(list, &auth, &host);

	if (is_new && !bind->is_forwarding)
		FUZZ_CHECK(fault == NULL && host == &list->list[list->count - 1]);
	else
		FUZZ_CHECK(fault != NULL && host == NULL);
}

static void add(struct binding_list *list, struct byte_view request,
		const struct session_bind *bind)
{
	struct binding_list before = *list;
	const char *fault = binding_list_add(list, bind);

	FUZZ_CHECK(memcmp(before.list, list->list, before.count * sizeof(list->list[0])) == 0);
	FUZZ_CHECK(list->count == before.count || list->count == before.count + 1);
	FUZZ_CHECK(list->count <= BINDINGS_MAX && list->attempts <= BINDING_ATTEMPTS_MAX);
	FUZZ_CHECK(!before.is_spoiled || (list->is_spoiled && fault != NULL));
	if (list->count > before.count) {
		FUZZ_CHECK(fault == NULL && may_be_kept(&before, &list->list[before.count]));
		FUZZ_CHECK(list->list[before.count].is_forwarding == bind->is_forwarding);
	}
	if (fault == NULL) {
		FUZZ_CHECK(!list->is_spoiled);
		check_login(list, bind, list->count > before.count);
		/* All but the last byte, which says whether it is for forwarding. */
		check_altered(&before, request,
			      (request.ptr[request.len / 2] * 7U) % (request.len - 1));
		check_altered(&before, request, request.len - 2);
	}
}

static void check_views(struct byte_view request, const struct session_bind *bind)
{
	struct byte_buf again;

	FUZZ_CHECK(fuzz_is_inside(bind->host_key_blob, request) &&
		   fuzz_is_inside(bind->session_id, request) &&
		   fuzz_is_inside(bind->signature, request));
	FUZZ_CHECK(bind->session_id.len > 0 && bind->session_id.len <= SESSION_ID_LEN_MAX);
	byte_buf_init(&again, 2 * request.len);
	byte_buf_put_u8(&again, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(&again, AGENT_EXT_SESSION_BIND);
	byte_buf_put_string(&again, bind->host_key_blob);
	byte_buf_put_string(&again, bind->session_id);
	byte_buf_put_string(&again, bind->signature);
	byte_buf_put_u8(&again, request.ptr[request.len - 1]);
	FUZZ_CHECK(bind->is_forwarding == (request.ptr[request.len - 1] != 0));
	FUZZ_CHECK(fuzz_took_bytes(&again, request));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view left = {data, size};
	struct binding_list list = {0};
	size_t body_len;

	while (frame_peek(left, &body_len) == 0) {
		struct byte_view body = frame_body(left, body_len);
		struct byte_view request = exact_copy(body.ptr, body.len);
		struct session_bind bind;
		int err = session_bind_parse(request, &bind);

		FUZZ_CHECK(err == 0 || err == -ENOENT || err == -EBADMSG);
		if (err == 0) {
			check_views(request, &bind);
			add(&list, request, &bind);
		}
		exact_free(request);
		left.ptr += FRAME_HEADER_LEN + body_len;
		left.len -= FRAME_HEADER_LEN + body_len;
	}
	return 0;
}
