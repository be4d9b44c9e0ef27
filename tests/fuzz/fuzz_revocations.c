/*
 * fuzz_revocations - the file with the names of revoked tokens: taken as a whole or not at all, and written as
 * it was read.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "agentd/revocations.h"
#include "common/log.h"
#include "common/token.h"
#include "tests/fuzz/capture.h"

static char directory[] = "/dev/shm/fuzz-revocations-XXXXXX";
static char token_file[64];
static char path[80];
static struct capture errors = {.fd = STDERR_FILENO};

static void remove_all(void)
{
	unlink(path);
	rmdir(directory);
}

static void set_up(void)
{
	if (token_file[0] != '\0')
		return;
	log_init("fuzz", LOG_LEVEL_ERROR);
	FUZZ_CHECK(mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	snprintf(token_file, sizeof(token_file), "%s/secret", directory);
	snprintf(path, sizeof(path), "%s.revoked", token_file);
}

/* What is said of bad files is for people. */
static int load(struct revocations *revocations)
{
	int err;

	capture_begin(&errors);
	err = revocations_load(revocations, token_file);
	(void)capture_end(&errors);
	return err;
}

static void write_file(const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct revocations revocations = {0};
	struct revocations again = {0};
	int err;

	set_up();
	write_file(data, size);
	err = load(&revocations);
	FUZZ_CHECK(err == 0 || err == -EBADMSG || err == -EMSGSIZE);
	if (err == 0) {
		for (size_t i = 0; i < revocations.names.count; i++)
			FUZZ_CHECK(id_is_valid(view_of(revocations.names.list[i])));
		FUZZ_CHECK(revocations_add(&revocations, "one-more") == 0 ||
			   revocations.names.count >= REVOCATIONS_MAX);
		FUZZ_CHECK(load(&again) == 0);
		FUZZ_CHECK(again.names.count == revocations.names.count);
		for (size_t i = 0; i < again.names.count; i++)
			FUZZ_CHECK(strcmp(again.names.list[i], revocations.names.list[i]) == 0);
		revocations_deinit(&again);
	}
	revocations_deinit(&revocations);
	return 0;
}
