#include "agentd/secret_transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/record.h"
#include "agentd/report.h"
#include "agentd/secret_tree.h"
#include "common/log.h"

enum { PIECE_LEN = 32 * 1024 };

enum wanted_kind { WANTED_ANY, WANTED_FILE, WANTED_DIRECTORY };

struct secret_transfer {
	struct link *link;
	struct wire_channel *channel; /* NULL once it is gone */
	struct file_work work;
	uv_timer_t stall;
	bool is_finished; /* all has been read and given to the channel */
	bool is_stall_closed;
	char name[ID_NAME_MAX + 1];
	char *path; /* NULL: the whole content is in piece */
	enum wanted_kind wanted;
	uint64_t max_len;
	uint64_t sent_len;
	uint64_t started_ns;
	struct secret_tree *tree; /* the thread's while work is not idle */
	struct locked_memory piece;
	ssize_t piece_len; /* or why there is none */
	char reason[SECRET_TREE_REASON_MAX];
};

static void transfer_free_if_idle(struct secret_transfer *transfer)
{
	if (transfer->channel != NULL || transfer->work.state != FILE_WORK_IDLE ||
	    !transfer->is_stall_closed)
		return;
	secret_tree_close(transfer->tree);
	locked_memory_deinit(&transfer->piece);
	free(transfer->path);
	free(transfer);
}

static void on_stall_closed(uv_handle_t *handle)
{
	struct secret_transfer *transfer = handle->data;

	transfer->is_stall_closed = true;
	transfer_free_if_idle(transfer);
}

void secret_transfer_close(struct secret_transfer *transfer)
{
	transfer->channel = NULL;
	transfer->link->secret_count--;
	transfer->link = NULL;
	file_work_drop(&transfer->work);
	uv_close((uv_handle_t *)&transfer->stall, on_stall_closed);
}

/* Tells the log, and the peer as far as it may know. */
static void refuse(struct link *link, struct wire_channel *channel, const char *name,
		   const char *reason)
{
	char line[WIRE_REASON_MAX];

	refusals_count(&link->front->relays.refusals, "a secret was refused");
	record_refusal(&link->grant, name, "secret", reason, link->front->relays.audit);
	snprintf(line, sizeof(line), "ssh-forward-agentd: secret \"%.64s\" %s\n", name, reason);
	wire_channel_fail(channel, line);
	wire_kick(&link->wire);
}

static void on_stalled(uv_timer_t *timer);

static void restart_stall_timer(struct secret_transfer *transfer)
{
	uv_timer_start(&transfer->stall, on_stalled,
		       (uint64_t)transfer->link->front->limits.secret_stall_seconds * 1000, 0);
}

static void on_stalled(uv_timer_t *timer)
{
	struct secret_transfer *transfer = timer->data;

	if (transfer->channel == NULL)
		return;
	if (!transfer->is_finished && transfer->work.state != FILE_WORK_IDLE) {
		transfer->is_finished = true;
		restart_stall_timer(transfer); /* for the peer to take that */
		refuse(transfer->link, transfer->channel, transfer->name,
		       "cannot be read: its file system on the host does not answer");
		return;
	}
	refusals_count(&transfer->link->front->relays.refusals, "a secret was not taken in time");
	record_refusal(&transfer->link->grant, transfer->name, "secret",
		       "the peer takes no more of it", transfer->link->front->relays.audit);
	transfer->is_finished = true;
	wire_channel_abort(transfer->channel);
	wire_kick(&transfer->link->wire);
}

/* In a thread of the pool: opens the files first, then reads a piece. */
static void read_piece(struct file_work *work)
{
	struct secret_transfer *transfer = work->owner;

	if (transfer->tree == NULL) {
		int err = secret_tree_open(transfer->path, transfer->max_len, &transfer->tree,
					   transfer->reason);

		transfer->piece_len = err;
		if (err != 0)
			return;
		if (transfer->wanted != WANTED_ANY &&
		    secret_tree_is_directory(transfer->tree) !=
			    (transfer->wanted == WANTED_DIRECTORY)) {
			snprintf(transfer->reason, sizeof(transfer->reason),
				 "is not a %s any more: ask once more",
				 transfer->wanted == WANTED_FILE ? "file" : "directory");
			transfer->piece_len = -EISDIR;
			return;
		}
	}
	transfer->piece_len =
		secret_tree_read(transfer->tree, transfer->piece.data, PIECE_LEN, transfer->reason);
}

static void send_piece(struct secret_transfer *transfer, bool is_last)
{
	struct link *link = transfer->link;
	const struct byte_view piece = {.ptr = transfer->piece.data,
					.len = (size_t)transfer->piece_len};

	if (piece.len > 0 && wire_channel_lend(transfer->channel, piece) != 0) {
		transfer->is_finished = true; /* the peer has closed: on_closed comes */
		return;
	}
	transfer->sent_len += piece.len;
	restart_stall_timer(transfer);
	if (is_last) {
		transfer->is_finished = true;
		report_secret(transfer->name, &link->grant, transfer->sent_len,
			      uv_hrtime() - transfer->started_ns);
		audit_secret(link->front->relays.audit, &link->grant, transfer->name,
			     transfer->sent_len);
		wire_channel_finish(transfer->channel, 0);
	}
	wire_kick(&link->wire);
}

static void on_piece_read(struct file_work *work)
{
	struct secret_transfer *transfer = work->owner;

	if (transfer->channel == NULL) {
		transfer_free_if_idle(transfer);
	} else if (transfer->is_finished) {
		return; /* it came too late */
	} else if (transfer->piece_len < 0) {
		transfer->is_finished = true;
		refuse(transfer->link, transfer->channel, transfer->name, transfer->reason);
	} else {
		send_piece(transfer, transfer->piece_len < PIECE_LEN);
	}
}

void secret_transfer_resume(struct secret_transfer *transfer)
{
	if (transfer->is_finished || transfer->work.state != FILE_WORK_IDLE ||
	    wire_channel_pending(transfer->channel) > 0)
		return;
	if (transfer->path == NULL) {
		send_piece(transfer, true);
		return;
	}
	restart_stall_timer(transfer);
	file_work_start(&transfer->work);
}

/* "ID [file|dir]" */
static int parse_words(const char *words, char name[ID_NAME_MAX + 1], enum wanted_kind *wanted)
{
	struct byte_view id = {.ptr = (const uint8_t *)words, .len = strcspn(words, " ")};
	const char *kind = words + id.len;

	if (!id_is_valid(id))
		return -EINVAL;
	if (*kind == '\0')
		*wanted = WANTED_ANY;
	else if (strcmp(kind, " file") == 0)
		*wanted = WANTED_FILE;
	else if (strcmp(kind, " dir") == 0)
		*wanted = WANTED_DIRECTORY;
	else
		return -EINVAL;
	memcpy(name, words, id.len);
	name[id.len] = '\0';
	return 0;
}

/* NULL, or why the peer does not get it. */
static const char *judge(const struct link *link, const struct offered_secret *offered,
			 enum wanted_kind wanted)
{
	const char *reason = grant_check(&link->grant, lease_wall_clock_s());

	if (reason != NULL)
		return "is not handed out any more: the token has expired";
	if (offered == NULL || !grant_covers_secret(&link->grant, offered->name))
		return "is not offered to this peer; the verb \"offer\" lists those that are";
	if (offered->path == NULL && wanted == WANTED_DIRECTORY)
		return "is not a directory";
	if (link->secret_count >= link->front->limits.secrets_per_link)
		return "cannot be sent now: too many others are, over this link";
	return NULL;
}

static struct secret_transfer *transfer_new(struct link *link, const struct offered_secret *offered)
{
	struct secret_transfer *transfer = calloc(1, sizeof(*transfer));
	size_t piece_len = offered->content_len > 0 ? offered->content_len : 1;

	if (transfer == NULL)
		return NULL;
	if (offered->path != NULL) {
		piece_len = PIECE_LEN;
		transfer->path = strdup(offered->path);
	}
	if ((offered->path != NULL && transfer->path == NULL) ||
	    locked_memory_init(&transfer->piece, piece_len) != 0) {
		free(transfer->path);
		free(transfer);
		return NULL;
	}
	if (offered->content_len > 0)
		memcpy(transfer->piece.data, offered->content.data, offered->content_len);
	transfer->piece_len = (ssize_t)offered->content_len;
	memcpy(transfer->name, offered->name, sizeof(transfer->name));
	transfer->max_len = link->front->limits.secret_bytes;
	return transfer;
}

struct secret_transfer *secret_transfer_new(struct link *link, struct wire_channel *channel,
					    const char *words)
{
	char name[ID_NAME_MAX + 1];
	enum wanted_kind wanted;
	const struct offered_secret *offered;
	struct secret_transfer *transfer;
	const char *reason;

	if (parse_words(words, name, &wanted) != 0) {
		wire_channel_fail(channel, "ssh-forward-agentd: say secret ID, secret ID file or "
					   "secret ID dir\n");
		return NULL;
	}
	offered = secret_set_find(&link->front->secrets, name);
	reason = judge(link, offered, wanted);
	if (reason != NULL) {
		refuse(link, channel, name, reason);
		return NULL;
	}
	transfer = transfer_new(link, offered);
	if (transfer == NULL) {
		refuse(link, channel, name, "cannot be sent: the daemon is out of memory");
		return NULL;
	}
	transfer->link = link;
	transfer->channel = channel;
	transfer->wanted = wanted;
	transfer->started_ns = uv_hrtime();
	transfer->work = (struct file_work){.queue = &link->front->files,
					    .device = offered->device,
					    .owner = transfer,
					    .run = read_piece,
					    .done = on_piece_read};
	uv_timer_init(link->front->loop, &transfer->stall);
	transfer->stall.data = transfer;
	link->secret_count++;
	secret_transfer_resume(transfer);
	return transfer;
}
