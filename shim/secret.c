#include "shim/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int secret_init(struct secret *secret)
{
	void *page =
		mmap(NULL, SECRET_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return -ENOMEM;
	/* Each as far as this kernel and these limits go: none is worth failing for. */
	(void)mlock(page, SECRET_SIZE);
	(void)madvise(page, SECRET_SIZE, MADV_DONTDUMP);
	(void)madvise(page, SECRET_SIZE, MADV_WIPEONFORK);
	secret->text = page;
	secret->len = 0;
	return 0;
}

void secret_deinit(struct secret *secret)
{
	if (secret->text == NULL)
		return;
	explicit_bzero(secret->text, SECRET_SIZE);
	munmap(secret->text, SECRET_SIZE);
	*secret = (struct secret){0};
}
