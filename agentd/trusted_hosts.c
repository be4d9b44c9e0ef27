#include "agentd/trusted_hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agentd/home_path.h"
#include "agentd/host_trust.h"
#include "agentd/known_hosts_file.h"
#include "common/log.h"

struct trusted_host {
	SLIST_ENTRY(trusted_host) entry;
	char *text; /* owned */
	struct host_name name;
	struct host_lines own;	    /* of the name that ssh looks up */
	struct host_lines portless; /* of the host alone, if its port is not 22; else empty */
};

struct trusted_hosts {
	struct known_hosts_file *files;
	size_t file_count;
	SLIST_HEAD(, trusted_host) list;
};

/* Of OpenSSH: UserKnownHostsFile and GlobalKnownHostsFile of ssh_config(5). */
static const char *const default_paths[] = {
	"~/.ssh/known_hosts",
	"~/.ssh/known_hosts2",
	"/etc/ssh/ssh_known_hosts",
	"/etc/ssh/ssh_known_hosts2",
};

enum { DEFAULT_COUNT = sizeof(default_paths) / sizeof(default_paths[0]) };

struct trusted_hosts *trusted_hosts_new(void)
{
	return calloc(1, sizeof(struct trusted_hosts));
}

static void free_files(struct known_hosts_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		known_hosts_file_deinit(&files[i]);
	free(files);
}

static void trusted_host_free(struct trusted_host *host)
{
	if (host == NULL)
		return;
	host_lines_deinit(&host->own);
	host_lines_deinit(&host->portless);
	free(host->text);
	free(host);
}

void trusted_hosts_free(struct trusted_hosts *hosts)
{
	struct trusted_host *host;

	if (hosts == NULL)
		return;
	while ((host = SLIST_FIRST(&hosts->list)) != NULL) {
		SLIST_REMOVE_HEAD(&hosts->list, entry);
		trusted_host_free(host);
	}
	free_files(hosts->files, hosts->file_count);
	free(hosts);
}

static int find_lines(const struct trusted_hosts *hosts, struct trusted_host *host)
{
	int err = host_lines_find(&host->own, host->name.lookup, hosts->files, hosts->file_count);

	if (err == 0 && host->name.port != HOST_NAME_PORT_DEFAULT)
		err = host_lines_find(&host->portless, host->name.host, hosts->files,
				      hosts->file_count);
	return err;
}

/* What was found before points into files that are gone: where there is no memory, nothing is known. */
static void find_all_lines(struct trusted_hosts *hosts)
{
	struct trusted_host *host;

	SLIST_FOREACH(host, &hosts->list, entry) {
		if (find_lines(hosts, host) == 0)
			continue;
		host_lines_deinit(&host->own);
		host_lines_deinit(&host->portless);
		log_error("out of memory: no key of %s is known", host->text);
	}
}

/* As far as it was read before, by another configuration. */
static int recall_file(const struct trusted_hosts *hosts, struct known_hosts_file *file)
{
	for (size_t i = 0; i < hosts->file_count; i++) {
		if (strcmp(hosts->files[i].path, file->path) == 0)
			return known_hosts_file_copy(file, &hosts->files[i]);
	}
	return 0;
}

/* A file that was asked for by name must be there. */
static int read_file(const struct trusted_hosts *hosts, struct known_hosts_file *file,
		     const char *path, bool must_exist)
{
	bool has_changed = false;
	char *expanded = home_path(path);
	int err;

	if (expanded == NULL) {
		err = -errno;
		if (err == -ENOENT && !must_exist)
			return known_hosts_file_init(file, path);
	} else {
		err = known_hosts_file_init(file, expanded);
		free(expanded);
		if (err == 0)
			err = recall_file(hosts, file);
		if (err == 0)
			err = known_hosts_file_refresh(file, &has_changed);
		if (err == 0 && must_exist)
			err = file->error;
	}
	if (err == 0 || err == -ENOMEM)
		return err;
	log_error("known hosts: %s cannot be read: %s", path,
		  expanded == NULL ? "HOME is not set" : strerror(-err));
	return -EINVAL;
}

int trusted_hosts_set_files(struct trusted_hosts *hosts, char *const *paths, size_t count)
{
	bool is_named = count > 0;
	struct known_hosts_file *files;
	int err = 0;

	if (!is_named)
		count = DEFAULT_COUNT;
	if (count > TRUSTED_HOSTS_FILES_MAX) {
		log_error("known hosts: %d files at most", TRUSTED_HOSTS_FILES_MAX);
		return -EINVAL;
	}
	files = calloc(count, sizeof(*files));
	if (files == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < count; i++)
		err = read_file(hosts, &files[i], is_named ? paths[i] : default_paths[i], is_named);
	if (err != 0) {
		free_files(files, count);
		return err;
	}
	free_files(hosts->files, hosts->file_count);
	hosts->files = files;
	hosts->file_count = count;
	find_all_lines(hosts);
	return 0;
}

void trusted_hosts_refresh(struct trusted_hosts *hosts)
{
	bool has_changed = false;

	for (size_t i = 0; i < hosts->file_count; i++)
		known_hosts_file_refresh(&hosts->files[i], &has_changed);
	if (has_changed)
		find_all_lines(hosts);
}

int trusted_hosts_add(struct trusted_hosts *hosts, const char *name,
		      const struct trusted_host **out)
{
	struct trusted_host *host;
	int err;

	SLIST_FOREACH(host, &hosts->list, entry) {
		if (strcmp(host->text, name) == 0) {
			*out = host;
			return 0;
		}
	}
	host = calloc(1, sizeof(*host));
	if (host == NULL)
		return -ENOMEM;
	err = host_name_parse(name, &host->name);
	if (err == 0) {
		host->text = strdup(name);
		err = host->text != NULL ? find_lines(hosts, host) : -ENOMEM;
	}
	if (err != 0) {
		trusted_host_free(host);
		return err;
	}
	SLIST_INSERT_HEAD(&hosts->list, host, entry);
	*out = host;
	return 0;
}

const char *trusted_host_text(const struct trusted_host *host)
{
	return host->text;
}

const struct host_name *trusted_host_name(const struct trusted_host *host)
{
	return &host->name;
}

bool trusted_host_is_known(const struct trusted_host *host)
{
	return host_lines_have_trusted(&host->own) || host_lines_have_trusted(&host->portless);
}

const struct trusted_host *trusted_hosts_find(const struct trusted_host *const *list, size_t count,
					      struct byte_view host_key_blob, uint64_t now_s,
					      const char **fault)
{
	struct presented_key key;
	enum host_trust worst = HOST_UNKNOWN;
	int err = presented_key_init(&key, host_key_blob, now_s);

	*fault = err == -ENOMEM ? "out of memory" : "the host's key is malformed";
	if (err != 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		enum host_trust trust = host_trust_judge(&key, list[i]->name.host, &list[i]->own,
							 &list[i]->portless);

		if (trust == HOST_TRUSTED) {
			presented_key_deinit(&key);
			*fault = NULL;
			return list[i];
		}
		if (trust > worst)
			worst = trust;
	}
	*fault = host_trust_fault(&key, worst);
	presented_key_deinit(&key);
	return NULL;
}

static bool concerns(const struct trusted_host *host, const struct known_hosts_entry *entry)
{
	return host_lines_have(&host->own, entry) || host_lines_have(&host->portless, entry);
}

static void put_line(struct byte_buf *text, const struct known_hosts_entry *entry)
{
	byte_buf_put_bytes(text, entry->text.ptr, entry->text.len);
	byte_buf_put_u8(text, '\n');
}

void trusted_hosts_put_lines(const struct trusted_hosts *hosts,
			     const struct trusted_host *const *list, size_t count,
			     struct byte_buf *text)
{
	for (size_t i = 0; i < hosts->file_count; i++) {
		const struct known_hosts_file *file = &hosts->files[i];

		for (size_t j = 0; j < file->entry_count; j++) {
			const struct known_hosts_entry *entry = &file->entries[j];

			for (size_t k = 0; k < count; k++) {
				if (!concerns(list[k], entry))
					continue;
				put_line(text, entry);
				break;
			}
		}
	}
}

void trusted_hosts_put_all_lines(const struct trusted_hosts *hosts, struct byte_buf *text)
{
	for (size_t i = 0; i < hosts->file_count; i++) {
		for (size_t j = 0; j < hosts->files[i].entry_count; j++)
			put_line(text, &hosts->files[i].entries[j]);
	}
}
