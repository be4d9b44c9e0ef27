#include "agentd/keeper/keeper_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/keeper/keeper.h"
#include "agentd/keeper/keeper_process.h"
#include "common/log.h"

enum {
	CONTROL_FD = STDERR_FILENO + 1,
	CONFIG_MESSAGE_MAX = 128 * 1024, /* a socket's buffer takes it at once */
	LIST_MAX = CONFIG_MESSAGE_MAX / 4,
};

/* The front's process number, the level and the format of its log, the passphrase file, and each id with its files. */
static void put_config(const struct keeper_config *config, struct byte_buf *message)
{
	enum log_level level = LOG_LEVEL_ERROR;

	while (level < LOG_LEVEL_DEBUG && log_is_on(level + 1))
		level++;
	byte_buf_put_u32(message, (uint32_t)getpid());
	byte_buf_put_u8(message, (uint8_t)level);
	byte_buf_put_u8(message, (uint8_t)log_get_format());
	byte_buf_put_text(message, config->passphrase_file != NULL ? config->passphrase_file : "");
	byte_buf_put_u32(message, (uint32_t)config->source_count);
	for (size_t i = 0; i < config->source_count; i++) {
		const struct keeper_source *source = &config->sources[i];

		byte_buf_put_text(message, source->id);
		byte_buf_put_u32(message, (uint32_t)source->file_count);
		for (size_t f = 0; f < source->file_count; f++)
			byte_buf_put_text(message, source->files[f]);
	}
}

static int send_config(int fd, const struct keeper_config *config)
{
	struct byte_buf message;
	int err;

	byte_buf_init(&message, CONFIG_MESSAGE_MAX);
	put_config(config, &message);
	err = byte_buf_status(&message);
	if (err == 0 && send(fd, message.data, message.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		err = -errno;
	byte_buf_deinit(&message);
	if (err == -EMSGSIZE)
		log_error("more key files than can be loaded at once");
	else if (err != 0)
		log_error("cannot tell the keeper what to load: %s", strerror(-err));
	return err;
}

static int spawn(int control_fd, pid_t *pid)
{
	static char name[] = "ssh-forward-agentd";
	static char command[] = KEEPER_SPAWN_COMMAND;
	char *const argv[] = {name, command, NULL};
	posix_spawn_file_actions_t actions;
	int err = posix_spawn_file_actions_init(&actions);

	if (err != 0)
		return -err;
	/* Keys that come from standard input came at the start. */
	err = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&actions, control_fd, CONTROL_FD);
	if (err == 0)
		err = posix_spawn_file_actions_addclosefrom_np(&actions, CONTROL_FD + 1);
	/* This very program, were its file replaced meanwhile. */
	if (err == 0)
		err = posix_spawn(pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

int keeper_spawn(const struct keeper_config *config, pid_t *pid, int *control_fd)
{
	int ends[2];
	int err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		err = -errno;
		log_error("cannot start a keeper: %s", strerror(-err));
		return err;
	}
	err = send_config(ends[0], config);
	if (err == 0) {
		err = spawn(ends[1], pid);
		if (err != 0)
			log_error("cannot start a keeper: %s", strerror(-err));
	}
	close(ends[1]);
	if (err != 0) {
		close(ends[0]);
		return err;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*control_fd = ends[0];
	return 0;
}

/* A copy, for the rest of the process's life; NULL if it has a NUL inside, or there is no memory. */
static char *take_text(struct reader *r)
{
	struct byte_view text = reader_string(r);

	if (text.ptr == NULL || memchr(text.ptr, '\0', text.len) != NULL)
		return NULL;
	return strndup((const char *)text.ptr, text.len);
}

static int take_source(struct reader *r, struct keeper_source *source)
{
	uint32_t count;
	char **files;

	source->id = take_text(r);
	count = reader_u32(r);
	if (source->id == NULL || count > LIST_MAX)
		return -EBADMSG;
	files = calloc((size_t)count + 1, sizeof(*files));
	if (files == NULL)
		return -ENOMEM;
	source->files = files;
	source->file_count = count;
	for (uint32_t i = 0; i < count; i++) {
		files[i] = take_text(r);
		if (files[i] == NULL)
			return -EBADMSG;
	}
	return 0;
}

static int take_config(struct byte_view message, struct keeper_config *config, pid_t *front)
{
	struct reader r = reader_of(message);
	struct keeper_source *sources;
	uint32_t count;
	uint8_t level;
	uint8_t format;
	int err = 0;

	*front = (pid_t)reader_u32(&r);
	level = reader_u8(&r);
	format = reader_u8(&r);
	config->passphrase_file = take_text(&r);
	count = reader_u32(&r);
	if (config->passphrase_file == NULL || count > LIST_MAX || level > LOG_LEVEL_DEBUG ||
	    format > LOG_FORMAT_JSON)
		return -EBADMSG;
	if (config->passphrase_file[0] == '\0')
		config->passphrase_file = NULL;
	sources = calloc((size_t)count + 1, sizeof(*sources));
	if (sources == NULL)
		return -ENOMEM;
	config->sources = sources;
	config->source_count = count;
	for (uint32_t i = 0; i < count && err == 0; i++)
		err = take_source(&r, &sources[i]);
	if (err == 0)
		err = reader_finish(&r);
	if (err == 0) {
		log_init("ssh-forward-agentd", (enum log_level)level);
		log_set_format((enum log_format)format);
	}
	return err;
}

int keeper_spawned_run(int argc, char **argv)
{
	static uint8_t message[CONFIG_MESSAGE_MAX];
	static struct keeper_config config; /* for the rest of the process's life, with all in it */
	pid_t front = 0;
	ssize_t len = recv(CONTROL_FD, message, sizeof(message), MSG_DONTWAIT);

	(void)argc;
	(void)argv;
	if (len <= 0 ||
	    take_config((struct byte_view){message, (size_t)len}, &config, &front) != 0) {
		log_error("\"" KEEPER_SPAWN_COMMAND "\" is what ssh-forward-agentd calls itself "
			  "with; it is of no other use");
		return 2;
	}
	fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
	setsid(); /* nobody is there to type passphrases */
	keeper_process_run(&config, front, CONTROL_FD);
}
