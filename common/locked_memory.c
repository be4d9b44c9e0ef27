#include "common/locked_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int locked_memory_init(struct locked_memory *memory, size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return -ENOMEM;
	(void)madvise(pages, size, MADV_DONTDUMP); /* as far as this kernel goes */
	*memory = (struct locked_memory){
		.data = pages, .size = size, .is_locked = mlock(pages, size) == 0};
	return 0;
}

void locked_memory_deinit(struct locked_memory *memory)
{
	if (memory->data != NULL) {
		explicit_bzero(memory->data, memory->size);
		munmap(memory->data, memory->size);
	}
	*memory = (struct locked_memory){0};
}
