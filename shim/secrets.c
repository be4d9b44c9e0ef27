#include "shim/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "shim/secret_fetch.h"
#include "shim/secret_target.h"

enum {
	FETCHES_AT_ONCE = 8,
	/* More than the daemon has by itself (secret-stall-seconds), since that names the file system that hangs. */
	PATIENCE_MS = 75 * 1000,
	CONTENT_NAME_SIZE = ID_NAME_MAX + 16,
};

struct secret {
	const struct secret_option *option;
	struct secrets *secrets;
	bool is_directory;
	bool has_content; /* there is something to place, or to put into the environment */
	bool is_placed;
	char content_name[CONTENT_NAME_SIZE];
	struct secret_content content;
	struct secret_fetch fetch;
	struct secret_target target;
};

struct secrets {
	struct secrets_request request;
	struct link *link;
	uv_timer_t timer; /* the deadline, then the call of on_done */
	bool is_timer_closed;
	int directory_fd;				   /* of the contents, or -1 */
	size_t fetch_count;				   /* on their way */
	size_t next;					   /* the first not yet asked for */
	void (*on_done)(void *owner, const char *message); /* NULL once called or closed */
	void *owner;
	bool has_failed;
	char message[SECRETS_MESSAGE_SIZE];
	size_t count;
	struct secret list[];
};

bool secrets_are_for_others(const struct secret_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (options[i].has_uid || options[i].has_gid || (options[i].mode & 0077) != 0)
			return true;
	}
	return false;
}

bool secrets_are_required(const struct secret_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (options[i].is_required)
			return true;
	}
	return false;
}

static void secrets_free(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		secret_content_deinit(&secrets->list[i].content);
	if (secrets->directory_fd >= 0)
		close(secrets->directory_fd);
	free(secrets);
}

static void secrets_free_if_over(struct secrets *secrets)
{
	if (secrets->fetch_count == 0 && secrets->is_timer_closed)
		secrets_free(secrets);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct secrets *secrets = handle->data;

	secrets->is_timer_closed = true;
	secrets_free_if_over(secrets);
}

static void stop_fetches(struct secrets *secrets, int err)
{
	for (size_t i = 0; i < secrets->next; i++) {
		if (secrets->list[i].fetch.owner != NULL)
			secret_fetch_stop(&secrets->list[i].fetch, err);
	}
}

void secrets_close(struct secrets *secrets)
{
	if (uv_is_closing((uv_handle_t *)&secrets->timer))
		return;
	secrets->on_done = NULL;
	for (size_t i = secrets->count; i-- > 0;) {
		if (secrets->list[i].is_placed)
			secret_target_remove(&secrets->list[i].target);
	}
	uv_close((uv_handle_t *)&secrets->timer, on_timer_closed);
	secrets->has_failed = true; /* nothing more is asked for */
	stop_fetches(secrets, -ECANCELED);
}

static void on_done_due(uv_timer_t *timer)
{
	struct secrets *secrets = timer->data;
	void (*on_done)(void *owner, const char *message) = secrets->on_done;

	secrets->on_done = NULL;
	if (on_done != NULL)
		on_done(secrets->owner, secrets->has_failed ? secrets->message : NULL);
}

static void secrets_finish(struct secrets *secrets)
{
	if (secrets->on_done != NULL)
		uv_timer_start(&secrets->timer, on_done_due, 0, 0);
}

/* The first failure is the one that is told; it stops the others. */
static void secrets_fail(struct secrets *secrets)
{
	secrets->has_failed = true;
	secrets_finish(secrets);
	stop_fetches(secrets, -ECANCELED);
}

static void on_deadline(uv_timer_t *timer)
{
	struct secrets *secrets = timer->data;

	if (secrets->has_failed)
		return;
	snprintf(secrets->message, sizeof(secrets->message),
		 "the secrets did not come: the daemon sent nothing for %d seconds",
		 PATIENCE_MS / 1000);
	secrets_fail(secrets);
}

static void on_progress(void *owner)
{
	struct secret *secret = owner;
	struct secrets *secrets = secret->secrets;

	if (!secrets->has_failed && !uv_is_closing((uv_handle_t *)&secrets->timer))
		uv_timer_start(&secrets->timer, on_deadline, PATIENCE_MS, 0);
}

static void describe(const struct secret *secret, int err, const char *said, char *text,
		     size_t size)
{
	const char *id = secret->option->id;

	switch (err) {
	case -EREMOTEIO:
		snprintf(text, size, "the secret \"%s\" was refused: %s", id,
			 said[0] != '\0' ? said : "the daemon's log tells why");
		return;
	case -E2BIG:
		snprintf(text, size,
			 "the secret \"%s\" is too large for the variable %s: the kernel takes at "
			 "most %d KiB; use target= for a file",
			 id, secret->option->env, SECRET_VARIABLE_SIZE / 1024);
		return;
	case -EINVAL:
		snprintf(text, size,
			 "the secret \"%s\" has a NUL byte in it, which the variable %s cannot "
			 "hold; use target= for a file",
			 id, secret->option->env);
		return;
	case -EBADMSG:
		snprintf(text, size,
			 "the secret \"%s\" is a directory that cannot be unpacked here: it is cut "
			 "short, or has links in it that lead out",
			 id);
		return;
	case -ENOSPC:
		snprintf(text, size,
			 "no room for the secret \"%s\" in %s; docker build --shm-size makes more",
			 id, secret->secrets->request.workdir->path);
		return;
	case -EPERM:
		snprintf(text, size,
			 "the secret \"%s\" cannot be given to another user: only root may do that "
			 "(uid=, gid=, --owner)",
			 id);
		return;
	default:
		snprintf(text, size, "the secret \"%s\" did not arrive: %s", id,
			 err == -EPIPE ? "the link to the daemon broke" : strerror(-err));
	}
}

static int secret_finish_content(struct secret *secret)
{
	const struct secret_option *option = secret->option;
	const struct secrets_request *request = &secret->secrets->request;
	const struct tree_access access = {
		.mode = option->mode,
		.uid = option->has_uid ? option->uid : request->uid,
		.gid = option->has_gid ? option->gid : request->gid,
	};

	return secret_content_finish(&secret->content, &access);
}

static void start_next(struct secrets *secrets);

static void on_ended(struct secret_fetch *fetch, int err, const char *reason)
{
	struct secret *secret = fetch->owner;
	struct secrets *secrets = secret->secrets;

	fetch->owner = NULL;
	secrets->fetch_count--;
	if (uv_is_closing((uv_handle_t *)&secrets->timer)) {
		secrets_free_if_over(secrets);
		return;
	}
	if (secrets->has_failed)
		return;
	if (err == 0)
		err = secret_finish_content(secret);
	if (err != 0) {
		describe(secret, err, reason, secrets->message, sizeof(secrets->message));
		secrets_fail(secrets);
		return;
	}
	secret->has_content = true;
	start_next(secrets);
}

static const struct secret_fetch_events fetch_events = {
	.on_progress = on_progress,
	.on_ended = on_ended,
};

static void start_next(struct secrets *secrets)
{
	while (!secrets->has_failed && secrets->next < secrets->count &&
	       secrets->fetch_count < FETCHES_AT_ONCE) {
		struct secret *secret = &secrets->list[secrets->next++];

		secrets->fetch_count++;
		secret_fetch_start(&secret->fetch, secrets->link, secret->option->id,
				   secret->is_directory, &secret->content, &fetch_events, secret);
	}
	if (!secrets->has_failed && secrets->fetch_count == 0 && secrets->next == secrets->count)
		secrets_finish(secrets);
}

int secrets_find_fault(const struct secret_option *option, const struct offer *offer, char *error,
		       size_t error_size)
{
	const struct offer_secret *found;
	char names[1024];

	if (offer == NULL) {
		snprintf(error, error_size,
			 "the secret \"%s\" does not come through a mounted socket, which leads to "
			 "an "
			 "agent and to nothing else: secrets come over TCP, with a token (or "
			 "--trust-network); see --connect",
			 option->id);
		return -ENOENT;
	}
	found = offer_find_secret(offer, option->id);
	if (found == NULL) {
		offer_list_secrets(offer, names, sizeof(names));
		snprintf(error, error_size, "the secret \"%s\" is not offered here; %s%s",
			 option->id, names[0] != '\0' ? "offered: " : "none is", names);
		return -ENOENT;
	}
	if (found->kind == OFFER_SECRET_UNAVAILABLE) {
		snprintf(error, error_size, "the secret \"%s\" is unavailable: %s", option->id,
			 found->reason);
		return -ENOENT;
	}
	if (found->kind == OFFER_SECRET_DIRECTORY && option->env[0] != '\0') {
		snprintf(error, error_size,
			 "the secret \"%s\" is a directory, which no variable can hold",
			 option->id);
		return -EISDIR;
	}
	return 0;
}

static int make_directory(struct secrets *secrets, char *error, size_t error_size)
{
	const struct workdir *workdir = secrets->request.workdir;
	bool is_for_others =
		secrets_are_for_others(secrets->request.options, secrets->request.count) ||
		secrets->request.uid != (uid_t)-1;

	if (workdir->is_on_disk && !secrets->request.may_be_on_disk) {
		snprintf(error, error_size,
			 "there is no tmpfs for secrets, and they are not written to disk unless "
			 "--secrets-on-disk says so: mount one (docker run --tmpfs /run), or use "
			 "env=NAME without a target");
		return -EROFS;
	}
	if (mkdirat(workdir->fd, WORKDIR_SECRETS, 0700) == 0)
		secrets->directory_fd = openat(workdir->fd, WORKDIR_SECRETS,
					       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (secrets->directory_fd < 0 ||
	    (is_for_others && fchmod(secrets->directory_fd, 0711) != 0)) {
		snprintf(error, error_size, "no directory for secrets in %s: %s", workdir->path,
			 strerror(errno));
		return -errno;
	}
	return 0;
}

/* Adds what option names. 0 also where it is not there and need not be. */
static int secrets_add(struct secrets *secrets, const struct secret_option *option, char *error,
		       size_t error_size)
{
	struct secret *secret = &secrets->list[secrets->count];
	const struct offer *offer = secrets->request.offer;
	bool is_file = option->target[0] != '\0';
	int err = secrets_find_fault(option, offer, error, error_size);

	if (err == -EISDIR)
		return err;
	if (err != 0) {
		size_t len = strlen(error);

		if (!option->is_required) {
			log_debug("%s", error);
			return 0;
		}
		snprintf(error + len, error_size - len, " (required=false runs without it)");
		return -ENOENT;
	}
	*secret = (struct secret){.option = option, .secrets = secrets};
	secret->is_directory = offer_find_secret(offer, option->id)->kind == OFFER_SECRET_DIRECTORY;
	secret->content.fd = -1;
	if (is_file && secrets->directory_fd < 0)
		err = make_directory(secrets, error, error_size);
	if (err != 0)
		return err;
	snprintf(secret->content_name, sizeof(secret->content_name), "%zu.%s", secrets->count,
		 option->id);
	err = secret_content_init(&secret->content, is_file ? secrets->directory_fd : -1,
				  secret->content_name, secret->is_directory,
				  option->env[0] != '\0' ? option->env : NULL);
	if (err != 0)
		describe(secret, err, "", error, error_size);
	else
		secrets->count++;
	return err;
}

int secrets_start(uv_loop_t *loop, struct link *link, const struct secrets_request *request,
		  void (*on_done)(void *owner, const char *message), void *owner,
		  struct secrets **out, char *error, size_t error_size)
{
	struct secrets *secrets =
		calloc(1, sizeof(*secrets) + request->count * sizeof(secrets->list[0]));
	int err = 0;

	if (secrets == NULL) {
		snprintf(error, error_size, "no memory for secrets");
		return -ENOMEM;
	}
	secrets->request = *request;
	secrets->link = link;
	secrets->directory_fd = -1;
	for (size_t i = 0; err == 0 && i < request->count; i++)
		err = secrets_add(secrets, &request->options[i], error, error_size);
	secrets->request.offer = NULL;
	if (err != 0) {
		secrets_free(secrets);
		return err;
	}
	secrets->on_done = on_done;
	secrets->owner = owner;
	uv_timer_init(loop, &secrets->timer);
	secrets->timer.data = secrets;
	uv_timer_start(&secrets->timer, on_deadline, PATIENCE_MS, 0);
	*out = secrets;
	start_next(secrets);
	return 0;
}

int secrets_place(struct secrets *secrets, char *error, size_t error_size)
{
	char content[sizeof(secrets->request.workdir->path) + sizeof("/" WORKDIR_SECRETS "/") +
		     CONTENT_NAME_SIZE];

	for (size_t i = 0; i < secrets->count; i++) {
		struct secret *secret = &secrets->list[i];
		char reason[SECRETS_MESSAGE_SIZE / 2];
		int err;

		if (!secret->has_content || secret->option->target[0] == '\0')
			continue;
		snprintf(content, sizeof(content), "%s/" WORKDIR_SECRETS "/%s",
			 secrets->request.workdir->path, secret->content_name);
		err = secret_target_place(&secret->target, secret->option->target, content, reason,
					  sizeof(reason));
		if (err != 0) {
			snprintf(error, error_size, "the secret \"%s\" cannot be put at %s",
				 secret->option->id, reason);
			return err;
		}
		secret->is_placed = true;
	}
	return 0;
}

int secrets_put_variables(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		struct secret *secret = &secrets->list[i];

		/* Not setenv, which would keep a copy that nobody can wipe. */
		if (secret->has_content && secret->content.env != NULL &&
		    putenv((char *)secret->content.variable.data) != 0)
			return -ENOMEM;
	}
	return 0;
}

void secrets_forget_variables(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		struct secret *secret = &secrets->list[i];

		if (secret->has_content && secret->content.env != NULL)
			unsetenv(secret->content.env);
		secret_content_deinit(&secret->content);
	}
}
