#include "shim/secret_option.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SPEC_SIZE = SECRET_TARGET_SIZE + 1024, DEFAULT_MODE = 0400 };

struct complaint {
	char *text;
	size_t size;
	const char *spec;
};

__attribute__((format(printf, 2, 3))) static int complain(struct complaint *complaint,
							  const char *format, ...)
{
	va_list args;
	int len = snprintf(complaint->text, complaint->size, "--secret %s: ", complaint->spec);

	va_start(args, format);
	if (len >= 0 && (size_t)len < complaint->size)
		vsnprintf(complaint->text + len, complaint->size - (size_t)len, format, args);
	va_end(args);
	return -EINVAL;
}

static int take_id(struct secret_option *option, const char *value, struct complaint *complaint)
{
	if (option->id[0] != '\0')
		return complain(complaint, "it names two secrets; give each a --secret of its own");
	if (!id_is_valid(view_of(value)))
		return complain(complaint,
				"\"%.64s\" is no secret's name: letters, digits, '.', '_' and '-', "
				"at most %d",
				value, ID_NAME_MAX);
	snprintf(option->id, sizeof(option->id), "%s", value);
	return 0;
}

static int take_target(struct secret_option *option, const char *value, struct complaint *complaint)
{
	const char *slash = strrchr(value, '/');
	const char *last = slash != NULL ? slash + 1 : value;

	if (strlen(value) >= sizeof(option->target))
		return complain(complaint, "the target is too long");
	if (last[0] == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0 ||
	    strcmp(value, "~") == 0)
		return complain(complaint,
				"target=%.200s names no file: give the path with its name at the "
				"end",
				value);
	snprintf(option->target, sizeof(option->target), "%s", value);
	return 0;
}

static int take_env(struct secret_option *option, const char *value, struct complaint *complaint)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char more[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

	if (value[0] == '\0' || strchr(letters, value[0]) == NULL ||
	    value[strspn(value, more)] != '\0' || strlen(value) >= sizeof(option->env))
		return complain(complaint, "env=%.200s is no name of a variable", value);
	snprintf(option->env, sizeof(option->env), "%s", value);
	return 0;
}

static int parse_number(const char *text, int base, unsigned long max, unsigned long *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, &end, base);
	return errno == 0 && *end == '\0' && *out <= max ? 0 : -EINVAL;
}

static int take_mode(struct secret_option *option, const char *value, struct complaint *complaint)
{
	unsigned long mode;

	/* Without the owner's leave to read it would be of no use to anybody. */
	if (parse_number(value, 8, 0777, &mode) != 0 || (mode & 0400) == 0)
		return complain(complaint, "mode=%.200s: give octal digits, 0400 to 0777", value);
	option->mode = (mode_t)mode;
	return 0;
}

static int take_owner(const char *name, const char *value, bool *is_given, unsigned *out,
		      struct complaint *complaint)
{
	const unsigned long max = UINT_MAX - 1; /* the one above means "no change" to chown */
	unsigned long number;

	if (parse_number(value, 10, max, &number) != 0)
		return complain(complaint,
				"%s=%.200s: give a number (names are not looked up: the image may "
				"have no users)",
				name, value);
	*is_given = true;
	*out = (unsigned)number;
	return 0;
}

static int take_required(struct secret_option *option, const char *value,
			 struct complaint *complaint)
{
	bool is_true = strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;

	if (!is_true && strcasecmp(value, "false") != 0 && strcmp(value, "0") != 0)
		return complain(complaint, "required=%.200s: say true or false", value);
	option->is_required = is_true;
	return 0;
}

static int take_pair(struct secret_option *option, const char *name, const char *value,
		     struct complaint *complaint)
{
	if (strcasecmp(name, "id") == 0)
		return take_id(option, value, complaint);
	if (strcasecmp(name, "target") == 0 || strcasecmp(name, "dst") == 0 ||
	    strcasecmp(name, "destination") == 0)
		return take_target(option, value, complaint);
	if (strcasecmp(name, "env") == 0)
		return take_env(option, value, complaint);
	if (strcasecmp(name, "required") == 0)
		return take_required(option, value, complaint);
	if (strcasecmp(name, "mode") == 0)
		return take_mode(option, value, complaint);
	if (strcasecmp(name, "uid") == 0)
		return take_owner("uid", value, &option->has_uid, &option->uid, complaint);
	if (strcasecmp(name, "gid") == 0)
		return take_owner("gid", value, &option->has_gid, &option->gid, complaint);
	return complain(complaint,
			"\"%.64s\" is unknown; say target, required, mode, uid, gid or env", name);
}

static int take_field(struct secret_option *option, char *field, bool is_first,
		      struct complaint *complaint)
{
	char *value = strchr(field, '=');

	if (value != NULL) {
		*value = '\0';
		return take_pair(option, field, value + 1, complaint);
	}
	if (is_first)
		return take_id(option, field, complaint);
	if (strcasecmp(field, "required") == 0) /* as BuildKit takes it */
		return take_required(option, "true", complaint);
	return complain(complaint, "\"%.64s\" is not KEY=VALUE", field);
}

int secret_option_parse(const char *spec, struct secret_option *out, char *error, size_t error_size)
{
	struct complaint complaint = {.text = error, .size = error_size, .spec = spec};
	struct secret_option option = {.is_required = true, .mode = DEFAULT_MODE};
	char copy[SPEC_SIZE];
	char *rest = copy;
	char *field;
	int err = 0;

	if (snprintf(copy, sizeof(copy), "%s", spec) >= (int)sizeof(copy)) {
		snprintf(error, error_size, "a --secret is too long: %.64s...", spec);
		return -EINVAL;
	}
	for (bool is_first = true; err == 0 && (field = strsep(&rest, ",")) != NULL;
	     is_first = false)
		err = take_field(&option, field, is_first, &complaint);
	if (err == 0 && option.id[0] == '\0')
		err = complain(&complaint, "it names no secret: --secret ID[,target=PATH]...");
	if (err != 0)
		return err;
	if (option.target[0] == '\0' && option.env[0] == '\0')
		snprintf(option.target, sizeof(option.target), SECRET_DEFAULT_DIRECTORY "/%s",
			 option.id);
	*out = option;
	return 0;
}
