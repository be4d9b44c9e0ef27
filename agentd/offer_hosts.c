#include "agentd/offer_hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/host_name.h"
#include "common/log.h"
#include "common/offer_size.h"
#include "common/repo_pattern.h"

/* All that files of a sane size hold; longer ones do not fit an offer anyway. */
enum { LINES_MAX = 16 * 1024 * 1024 };

void offer_put_repos(struct byte_buf *text, const struct source *source)
{
	const struct word_list *repos = &source->policy.repos;

	for (size_t i = 0; i < repos->count; i++)
		byte_buf_printf(text, "repo %s %s\n", source->id, repos->list[i]);
}

/* The hosts that concern the sources, each as often as it is named. */
struct host_list {
	const struct trusted_host **list;
	size_t count;
	int error;
};

static void host_list_add(struct host_list *hosts, struct trusted_hosts *trusted, const char *name)
{
	const struct trusted_host *host;
	const struct trusted_host **list;
	int err = trusted_hosts_add(trusted, name, &host);

	if (err == -EINVAL) /* a host with wildcards is no host */
		return;
	list = err == 0 ? reallocarray((void *)hosts->list, hosts->count + 1,
				       sizeof(const struct trusted_host *))
			: NULL;
	if (list == NULL) {
		hosts->error = -ENOMEM;
		return;
	}
	hosts->list = list;
	list[hosts->count++] = host;
}

static void host_list_add_repo(struct host_list *hosts, struct trusted_hosts *trusted,
			       const char *pattern)
{
	char name[REPO_HOST_SIZE + sizeof("[]:65535")];
	struct repo_place place;

	if (repo_pattern_parse(pattern, &place) != 0)
		return;
	if (place.port != 0)
		snprintf(name, sizeof(name), "[%s]:%u", place.host, place.port);
	else
		snprintf(name, sizeof(name), "%s", place.host);
	host_list_add(hosts, trusted, name);
}

static void host_list_add_source(struct host_list *hosts, struct trusted_hosts *trusted,
				 const struct source *source)
{
	for (size_t i = 0; i < source->policy.hosts.count; i++)
		host_list_add(hosts, trusted, source->policy.hosts.list[i]);
	for (size_t i = 0; i < source->policy.repos.count; i++)
		host_list_add_repo(hosts, trusted, source->policy.repos.list[i]);
}

/* Control bytes, which only a comment can have, or the end of a line of another system, are no harm
 * to ssh, but the offer is lines. */
static void put_line(struct byte_buf *text, const uint8_t *line, size_t len)
{
	byte_buf_printf(text, "known-host ");
	for (size_t i = 0; i < len; i++)
		byte_buf_put_u8(text, (line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f
					      ? ' '
					      : line[i]);
	byte_buf_put_u8(text, '\n');
}

/* Whole lines only, and as many as there is room for. */
static void put_lines(struct byte_buf *text, struct byte_view lines)
{
	size_t room = OFFER_KNOWN_HOSTS_MAX;
	unsigned left_out = 0;

	while (lines.len > 0) {
		const uint8_t *newline = memchr(lines.ptr, '\n', lines.len);
		size_t len = newline != NULL ? (size_t)(newline - lines.ptr) : lines.len;

		if (len >= room) {
			left_out++;
		} else {
			put_line(text, lines.ptr, len);
			room -= len + 1;
		}
		len += newline != NULL;
		lines.ptr += len;
		lines.len -= len;
	}
	if (left_out > 0)
		log_warn("%u lines of known hosts are not handed over: more than %d KiB are too "
			 "many for an offer; name the hosts that builds need, or give a shorter "
			 "file to --known-hosts",
			 left_out, OFFER_KNOWN_HOSTS_MAX / 1024);
}

void offer_put_known_hosts(struct byte_buf *text, struct trusted_hosts *trusted, bool puts_all,
			   struct source *const *sources, size_t count)
{
	struct host_list hosts = {0};
	struct byte_buf lines;

	byte_buf_init(&lines, LINES_MAX);
	trusted_hosts_refresh(trusted);
	if (puts_all) {
		trusted_hosts_put_all_lines(trusted, &lines);
	} else {
		for (size_t i = 0; i < count; i++)
			host_list_add_source(&hosts, trusted, sources[i]);
		trusted_hosts_put_lines(trusted, hosts.list, hosts.count, &lines);
	}
	if (hosts.error != 0 || byte_buf_status(&lines) != 0)
		log_error("known hosts are not handed over: %s",
			  strerror(hosts.error != 0 ? -hosts.error : -byte_buf_status(&lines)));
	else
		put_lines(text, byte_buf_view(&lines));
	byte_buf_deinit(&lines);
	free((void *)hosts.list);
}
