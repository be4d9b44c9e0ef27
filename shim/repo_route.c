#include "shim/repo_route.h"

#include <errno.h>
#include <string.h>

/* False if the line is none. */
static bool split_line(struct byte_view line, char socket[ROUTE_SOCKET_SIZE],
		       struct repo_place *pattern)
{
	const uint8_t *space = memchr(line.ptr, ' ', line.len);
	char text[REPO_PATTERN_MAX + 1];
	size_t socket_len;
	size_t pattern_len;

	if (space == NULL || memchr(line.ptr, '\0', line.len) != NULL)
		return false;
	socket_len = (size_t)(space - line.ptr);
	pattern_len = line.len - socket_len - 1;
	if (socket_len == 0 || socket_len >= ROUTE_SOCKET_SIZE || pattern_len >= sizeof(text))
		return false;
	memcpy(socket, line.ptr, socket_len);
	socket[socket_len] = '\0';
	memcpy(text, space + 1, pattern_len);
	text[pattern_len] = '\0';
	return repo_pattern_parse(text, pattern) == 0;
}

int repo_route_choose(struct byte_view routes, const struct repo_place *place,
		      char socket[ROUTE_SOCKET_SIZE])
{
	char candidate[ROUTE_SOCKET_SIZE];
	struct repo_place pattern;
	int best = -ENOENT;

	while (routes.len > 0) {
		const uint8_t *newline = memchr(routes.ptr, '\n', routes.len);
		struct byte_view line = routes;
		int fit;

		if (newline != NULL)
			line.len = (size_t)(newline - routes.ptr);
		routes.ptr += line.len + (newline != NULL);
		routes.len -= line.len + (newline != NULL);
		if (!split_line(line, candidate, &pattern))
			continue;
		fit = repo_pattern_fit(&pattern, place);
		if (fit < 0 || fit <= best)
			continue;
		best = fit;
		memcpy(socket, candidate, sizeof(candidate));
	}
	return best >= 0 ? 0 : -ENOENT;
}
