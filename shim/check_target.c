#include "shim/check_target.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "common/fingerprint.h"
#include "common/host_name.h"
#include "common/known_hosts.h"
#include "common/log.h"
#include "shim/check.h"
#include "shim/wrapper.h"
#include "shim/wrapper_files.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

/* The destination as ssh takes it, and the repository's path. */
struct destination {
	char ssh[REPO_HOST_SIZE + 64];
	char path[REPO_PATH_SIZE];
};

static int split(const char *text, size_t ssh_len, const char *path, struct destination *out)
{
	if (ssh_len == 0 || ssh_len >= sizeof(out->ssh) || strlen(path) >= sizeof(out->path) ||
	    text[0] == '-')
		return -EINVAL;
	memcpy(out->ssh, text, ssh_len);
	out->ssh[ssh_len] = '\0';
	snprintf(out->path, sizeof(out->path), "%s", path);
	return 0;
}

/* As git reads it: a colon ends the host, but within brackets. npm and pip put "git+" before a URL. */
static int parse_destination(const char *text, struct destination *out)
{
	const char *scheme = strncasecmp(text, "git+", 4) == 0 ? text + 4 : text;
	const char *host = strstr(text, "://");
	const char *bracket;
	const char *colon;

	if (host != NULL) {
		if (strncasecmp(scheme, "ssh://", 6) != 0)
			return -EINVAL;
		host = scheme + 6;
		host += strcspn(host, "/");
		return split(scheme, (size_t)(host - scheme), host, out);
	}
	host = strchr(text, '@');
	host = host != NULL ? host + 1 : text;
	bracket = host[0] == '[' ? strchr(host, ']') : NULL;
	colon = strchr(bracket != NULL ? bracket : host, ':');
	if (colon == NULL)
		return split(text, strlen(text), "", out);
	return split(text, (size_t)(colon - text), colon + 1, out);
}

/* One place where host keys are known. */
struct known {
	FILE *to;
	char name[HOST_NAME_LOOKUP_MAX]; /* that ssh looks up */
	unsigned count;
};

static bool next_match(struct byte_view *lines, const char *name, struct known_hosts_line *out)
{
	while (lines->len > 0) {
		const uint8_t *newline = memchr(lines->ptr, '\n', lines->len);
		struct byte_view line = *lines;

		if (newline != NULL)
			line.len = (size_t)(newline - lines->ptr);
		lines->ptr += line.len + (newline != NULL);
		lines->len -= line.len + (newline != NULL);
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (known_hosts_parse(line, out) != 0)
			continue;
		if (known_hosts_match(out->names, name))
			return true;
		known_hosts_line_deinit(out);
	}
	return false;
}

static bool is_revoked(struct byte_view lines, const char *name, struct byte_view key_blob)
{
	struct known_hosts_line line;
	bool is_found = false;

	while (!is_found && next_match(&lines, name, &line)) {
		is_found = line.marker == KNOWN_HOSTS_REVOKED &&
			   view_equal(byte_buf_view(&line.key_blob), key_blob);
		known_hosts_line_deinit(&line);
	}
	return is_found;
}

static void look_in(struct known *known, struct byte_view lines, const char *origin)
{
	struct byte_view rest = lines;
	struct known_hosts_line line;

	while (next_match(&rest, known->name, &line)) {
		struct byte_view key_blob = byte_buf_view(&line.key_blob);
		bool is_good = line.marker != KNOWN_HOSTS_REVOKED &&
			       !is_revoked(lines, known->name, key_blob);
		char fingerprint[FINGERPRINT_TEXT_MAX];

		fingerprint_of_blob(key_blob, fingerprint);
		fprintf(known->to, "  host key: %s%s, of %s\n", fingerprint,
			!is_good			       ? " (revoked)"
			: line.marker == KNOWN_HOSTS_AUTHORITY ? " (authority)"
							       : "",
			origin);
		known->count += is_good;
		known_hosts_line_deinit(&line);
	}
}

static void look_in_file(struct known *known, const char *path)
{
	struct byte_buf text;

	byte_buf_init(&text, FILE_MAX);
	wrapper_read_routes(path, &text);
	if (byte_buf_status(&text) == 0)
		look_in(known, byte_buf_view(&text), path);
	byte_buf_deinit(&text);
}

static void look_in_image(struct known *known)
{
	static const char *const names[] = {"known_hosts", "known_hosts2"};
	char home[PATH_MAX];
	char path[PATH_MAX + 32];
	const char *start = wrapper_home(home);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/etc/ssh/ssh_%s", names[i]);
		look_in_file(known, path);
		if (start == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/.ssh/%s", start, names[i]);
		look_in_file(known, path);
	}
}

static int judge_host_key(FILE *to, const struct check_target *target,
			  const struct wrapper_foresight *foresight)
{
	const struct repo_place *place = &foresight->place;
	struct known known = {.to = to};

	if (place->port == HOST_NAME_PORT_DEFAULT)
		snprintf(known.name, sizeof(known.name), "%s", place->host);
	else
		snprintf(known.name, sizeof(known.name), "[%s]:%u", place->host, place->port);
	if (target->offer != NULL && !target->has_no_wrapper && !foresight->is_dropbear)
		look_in(&known, byte_buf_view(&target->offer->known_hosts), "the daemon");
	look_in_image(&known);
	if (known.count > 0)
		return CHECK_OK;
	if (target->offer == NULL) {
		log_error("no host key of %s is known, so ssh does not go there: have it in the "
			  "image's "
			  "known_hosts, or reach the daemon over TCP, from where its own come",
			  known.name);
		return CHECK_WRONG;
	}
	log_error("no host key of %s is known, so ssh does not go there: name it at the daemon "
		  "(host = %s, or --known-hosts FILE), or have it in the image's known_hosts",
		  known.name, place->host);
	return CHECK_WRONG;
}

/* The id whose socket the shim's ssh would take; NULL: no route fits. */
static const struct offer_id *routed_id(const struct check_target *target, const char *socket)
{
	char candidate[ROUTE_SOCKET_SIZE];

	for (size_t i = 0; i < target->offer->id_count; i++) {
		wrapper_socket_of(&target->offer->ids[i], target->id, candidate);
		if (socket[0] != '\0' && strcmp(candidate, socket) == 0)
			return &target->offer->ids[i];
	}
	return NULL;
}

static int judge_id(FILE *to, const struct check_target *target,
		    const struct wrapper_foresight *foresight)
{
	const struct offer_id *routed = routed_id(target, foresight->socket);
	const struct offer_id *id = routed != NULL ? routed : target->id;

	if (id == NULL) {
		log_error("no id serves %s: give one with --id, or a repo pattern at the daemon",
			  target->text);
		return CHECK_WRONG;
	}
	fprintf(to, "  id: %s, %s\n", id->name,
		routed != NULL ? "by the repository" : "the step's own");
	check_print_keys(to, target->offer, id);
	if (id->key_count > 0)
		return CHECK_OK;
	log_error("id %s has no key to offer: see ssh-add -l on the host", id->name);
	return CHECK_WRONG;
}

/* 0 or -EINVAL. */
static int foresee(const struct check_target *target, struct wrapper_foresight *foresight)
{
	char program[] = "ssh";
	struct destination destination;
	char *argv[] = {program, destination.ssh, NULL};
	struct byte_buf routes;
	int err = parse_destination(target->text, &destination);

	byte_buf_init(&routes, WRAPPER_ROUTES_MAX);
	if (target->offer != NULL && !target->has_no_wrapper)
		wrapper_put_routes(&routes, target->offer, target->id);
	if (err == 0)
		err = wrapper_foresee(argv, destination.path, byte_buf_view(&routes), foresight);
	byte_buf_deinit(&routes);
	return err;
}

int check_target_print(FILE *to, const struct check_target *target)
{
	struct wrapper_foresight foresight;
	int status;

	if (foresee(target, &foresight) != 0) {
		log_error("--check %s: give HOST, USER@HOST:PATH or ssh://USER@HOST:PORT/PATH",
			  target->text);
		return CHECK_WRONG;
	}
	fprintf(to, "for %s: %s port %u\n", target->text, foresight.place.host,
		foresight.place.port);
	status = foresight.has_program ? CHECK_OK : CHECK_WRONG;
	if (target->offer != NULL && judge_id(to, target, &foresight) != CHECK_OK)
		status = CHECK_WRONG;
	if (judge_host_key(to, target, &foresight) != CHECK_OK)
		status = CHECK_WRONG;
	return status;
}
