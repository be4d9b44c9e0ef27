/*
 * fuzz_secret_option - one --secret of the shim's command line. The first byte says how much room there is for
 * what is wrong.
 */
#include <ctype.h>
#include <errno.h>

#include "shim/secret_option.h"
#include "tests/fuzz/fuzz.h"

enum { UNTOUCHED = 0xa5, ERROR_SIZE = 2048 };

static void check_names(const struct secret_option *option)
{
	const char *last = strrchr(option->target, '/');

	FUZZ_CHECK(id_is_valid(view_of(option->id)));
	FUZZ_CHECK(option->target[0] != '\0' || option->env[0] != '\0');
	FUZZ_CHECK(strlen(option->target) < sizeof(option->target));
	FUZZ_CHECK(last == NULL ||
		   (last[1] != '\0' && strcmp(last, "/.") != 0 && strcmp(last, "/..") != 0));
	FUZZ_CHECK(strlen(option->env) < sizeof(option->env) &&
		   !isdigit((unsigned char)option->env[0]));
	for (const char *at = option->env; *at != '\0'; at++)
		FUZZ_CHECK(isalnum((unsigned char)*at) || *at == '_');
}

/* Who could not read it has no use for it; and nobody's bits beyond the nine are set. */
static void check_owner(const struct secret_option *option)
{
	FUZZ_CHECK((option->mode & 0400) != 0 && option->mode <= 0777);
	FUZZ_CHECK(!option->has_uid || option->uid != (uid_t)-1);
	FUZZ_CHECK(!option->has_gid || option->gid != (gid_t)-1);
}

/* The same in other words: in another order, with other names, and with all that is left out said. */
static void put_again(struct byte_buf *out, const struct secret_option *option)
{
	byte_buf_printf(out, "MODE=%o,Required=%s", (unsigned)option->mode,
			option->is_required ? "1" : "FALSE");
	if (option->has_gid)
		byte_buf_printf(out, ",gid=%u", (unsigned)option->gid);
	if (option->has_uid)
		byte_buf_printf(out, ",uid=%u", (unsigned)option->uid);
	if (option->env[0] != '\0')
		byte_buf_printf(out, ",Env=%s", option->env);
	if (option->target[0] != '\0')
		byte_buf_printf(out, ",destination=%s", option->target);
	byte_buf_printf(out, ",id=%s", option->id);
	byte_buf_put_u8(out, '\0');
}

static void check_again(const struct secret_option *option)
{
	struct secret_option again = {.is_required = false};
	char error[ERROR_SIZE] = "";
	struct byte_buf spec;

	byte_buf_init(&spec, 4096);
	put_again(&spec, option);
	FUZZ_CHECK(byte_buf_status(&spec) == 0);
	FUZZ_CHECK(secret_option_parse((const char *)spec.data, &again, error, sizeof(error)) == 0);
	byte_buf_deinit(&spec);
	FUZZ_CHECK(strcmp(again.id, option->id) == 0 && strcmp(again.target, option->target) == 0 &&
		   strcmp(again.env, option->env) == 0);
	FUZZ_CHECK(again.is_required == option->is_required && again.mode == option->mode);
	FUZZ_CHECK(again.has_uid == option->has_uid && again.uid == option->uid);
	FUZZ_CHECK(again.has_gid == option->has_gid && again.gid == option->gid);
}

/* All of it is read: what is wrong at the end is not passed over. */
static void check_end(const char *spec)
{
	struct secret_option option;
	char error[ERROR_SIZE] = "";
	char *longer = NULL;

	FUZZ_CHECK(asprintf(&longer, "%s,what", spec) > 0);
	FUZZ_CHECK(secret_option_parse(longer, &option, error, sizeof(error)) == -EINVAL);
	free(longer);
}

/* However little room there is: the beginning of the same. */
static void check_error(const char *spec, size_t room)
{
	struct secret_option option;
	char error[ERROR_SIZE] = "";
	char *cut = malloc(room);

	memset(&option, UNTOUCHED, sizeof(option));
	FUZZ_CHECK(cut != NULL);
	FUZZ_CHECK(secret_option_parse(spec, &option, error, sizeof(error)) == -EINVAL);
	FUZZ_CHECK(secret_option_parse(spec, &option, cut, room) == -EINVAL);
	FUZZ_CHECK(strncmp(error, "--secret ", 9) == 0 ||
		   strncmp(error, "a --secret is too long: ", 24) == 0);
	FUZZ_CHECK(strlen(cut) < room && strncmp(cut, error, strlen(cut)) == 0);
	for (size_t i = 0; i < sizeof(option); i++)
		FUZZ_CHECK(((const uint8_t *)&option)[i] == UNTOUCHED);
	free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret_option option;
	char error[ERROR_SIZE] = "";
	char *spec;

	if (size == 0)
		return 0;
	spec = strndup((const char *)data + 1, size - 1);
	FUZZ_CHECK(spec != NULL);
	if (secret_option_parse(spec, &option, error, sizeof(error)) == 0) {
		FUZZ_CHECK(error[0] == '\0');
		check_names(&option);
		check_owner(&option);
		check_again(&option);
		check_end(spec);
	} else {
		check_error(spec, data[0] + (size_t)1);
	}
	free(spec);
	return 0;
}
