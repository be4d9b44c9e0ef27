#include "agentd/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/log.h"

enum { SECRET_ROOT_LEN = 32, SECRET_FILE_MAX = 256 };

static int derive(const uint8_t root[SECRET_ROOT_LEN], const char *purpose,
		  uint8_t key[SECRET_KEY_LEN])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[] = {
		/* libcrypto's parameters are not const, though it only reads these */
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						 (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)root,
						  SECRET_ROOT_LEN),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)purpose,
						  strlen(purpose)),
		OSSL_PARAM_construct_end(),
	};
	int ok = context != NULL && EVP_KDF_derive(context, key, SECRET_KEY_LEN, params) == 1;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return ok ? 0 : -EIO;
}

static int secret_from_root(const uint8_t root[SECRET_ROOT_LEN], struct secret *out)
{
	struct secret secret = {0};
	int err = derive(root, "ssh-forward-agent token seal", secret.seal_key);

	if (err == 0)
		err = derive(root, "ssh-forward-agent host key", secret.host_key_seed);
	if (err == 0)
		*out = secret;
	secret_wipe(&secret);
	return err;
}

int secret_generate(struct secret *out)
{
	uint8_t root[SECRET_ROOT_LEN];
	int err = RAND_bytes(root, sizeof(root)) == 1 ? secret_from_root(root, out) : -EIO;

	explicit_bzero(root, sizeof(root));
	if (err != 0)
		log_error("there is no randomness to make a secret of");
	return err;
}

/* Made under another name and linked into place, so that two daemons starting at once share one. */
static int secret_file_create(const char *path)
{
	uint8_t root[SECRET_ROOT_LEN];
	struct byte_buf text;
	char temporary[4096];
	int fd = -1;
	int err = -EIO;

	byte_buf_init(&text, SECRET_FILE_MAX);
	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	if (RAND_bytes(root, sizeof(root)) != 1)
		return -EIO;
	byte_buf_printf(&text, "%s", SECRET_FILE_PREFIX);
	base64_put(&text, (struct byte_view){root, sizeof(root)}, BASE64_STANDARD_UNPADDED);
	byte_buf_printf(&text, "\n");
	explicit_bzero(root, sizeof(root));
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	if (byte_buf_status(&text) == 0 && write(fd, text.data, text.len) == (ssize_t)text.len &&
	    fsync(fd) == 0)
		err = link(temporary, path) == 0 || errno == EEXIST ? 0 : -errno;
	unlink(temporary);
	close(fd);
out:
	byte_buf_deinit(&text);
	return err;
}

static int parse_file(struct byte_view text, struct secret *out)
{
	size_t prefix_len = strlen(SECRET_FILE_PREFIX);
	struct byte_buf root;
	int err = -EBADMSG;

	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (text.len <= prefix_len || memcmp(text.ptr, SECRET_FILE_PREFIX, prefix_len) != 0)
		return -EBADMSG;
	text.ptr += prefix_len;
	text.len -= prefix_len;
	byte_buf_init(&root, SECRET_ROOT_LEN);
	if (base64_parse(text, BASE64_STANDARD_UNPADDED, &root) == 0 && root.len == SECRET_ROOT_LEN)
		err = secret_from_root(root.data, out);
	byte_buf_deinit(&root);
	return err;
}

/*
 * A secret that an orchestrator mounts is root's, and its group's to read, which is how the container's user comes
 * to it (Kubernetes' fsGroup); root said so, and could read it anyway. Nobody else may.
 */
static bool is_read_by_others(const struct stat *info)
{
	mode_t others = info->st_uid == 0 && geteuid() != 0 ? 037 : 077;

	return (info->st_mode & others) != 0;
}

static int secret_file_read(int fd, const char *path, struct secret *out)
{
	uint8_t text[SECRET_FILE_MAX];
	struct stat info;
	ssize_t len;
	int err;

	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		log_error("--token-file %s is not a regular file", path);
		return -EINVAL;
	}
	if (is_read_by_others(&info)) {
		log_error("--token-file %s can be read by others; whoever has it can make tokens: "
			  "chmod 600 %s",
			  path, path);
		return -EPERM;
	}
	len = read(fd, text, sizeof(text));
	err = len < 0 ? -errno : parse_file((struct byte_view){text, (size_t)len}, out);
	explicit_bzero(text, sizeof(text));
	if (err != 0)
		log_error(
			"--token-file %s does not hold a secret of ssh-forward-agentd; name a file "
			"that does not exist, and it will be made",
			path);
	return err;
}

int secret_load(const char *path, struct secret *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0 && errno == ENOENT) {
		err = secret_file_create(path);
		if (err != 0) {
			log_error("--token-file %s cannot be made: %s", path, strerror(-err));
			return err;
		}
		log_info("made a lasting secret file=%s", path);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (fd < 0) {
		err = -errno;
		log_error("--token-file %s cannot be read: %s", path, strerror(-err));
		return err;
	}
	err = secret_file_read(fd, path, out);
	close(fd);
	if (err == 0)
		out->lasts = true;
	return err;
}

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
