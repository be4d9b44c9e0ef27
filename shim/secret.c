#include "shim/secret.h"

#include <sys/mman.h>

int secret_init(struct secret *secret)
{
	int err = locked_memory_init(&secret->memory, SECRET_SIZE);

	if (err != 0)
		return err;
	(void)madvise(secret->memory.data, SECRET_SIZE, MADV_WIPEONFORK);
	secret->text = (char *)secret->memory.data;
	secret->len = 0;
	return 0;
}

void secret_deinit(struct secret *secret)
{
	locked_memory_deinit(&secret->memory);
	*secret = (struct secret){0};
}
