#include "agentd/askpass_environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* With '*' at its end: all that begin so. */
static const char *const passed_names[] = {
	"PATH",
	"HOME",
	"USER",
	"LOGNAME",
	"SHELL",
	"TERM",
	"TZ",
	"TMPDIR",
	"LANG",
	"LANGUAGE",
	"LC_*",
	"DISPLAY",
	"XAUTHORITY",
	"XDG_*",
	"WAYLAND_DISPLAY",
	"DBUS_SESSION_BUS_ADDRESS",
	"DESKTOP_SESSION",
	"GDK_SCALE",
	"QT_QPA_PLATFORM",
	"KDE_SESSION_VERSION",
};

static bool is_named(const char *variable, const char *name)
{
	size_t len = strlen(name);

	if (name[len - 1] == '*')
		return strncmp(variable, name, len - 1) == 0;
	return strncmp(variable, name, len) == 0 && variable[len] == '=';
}

static bool is_passed(const char *variable)
{
	for (size_t i = 0; i < sizeof(passed_names) / sizeof(passed_names[0]); i++) {
		if (is_named(variable, passed_names[i]))
			return true;
	}
	return false;
}

char **askpass_environment_new(void)
{
	static char prompt[] = "SSH_ASKPASS_PROMPT=confirm";
	size_t count = 0;
	size_t passed = 0;
	char **list;

	while (environ[count] != NULL)
		count++;
	list = calloc(count + 2, sizeof(*list));
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (is_passed(environ[i]))
			list[passed++] = environ[i];
	}
	list[passed] = prompt;
	return list;
}

void askpass_environment_free(char **environment)
{
	free((void *)environment);
}
