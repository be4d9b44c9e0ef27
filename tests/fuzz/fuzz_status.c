/*
 * fuzz_status - the status of a daemon, of whatever version, as people see it: printable lines.
 */
#include <jansson.h>

#include "agentd/status_text.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
	struct byte_buf text;

	if (document == NULL)
		return 0;
	byte_buf_init(&text, TEXT_MAX);
	status_text_put(&text, document);
	FUZZ_CHECK(byte_buf_status(&text) == 0 && text.len > 0);
	FUZZ_CHECK(text.data[text.len - 1] == '\n');
	for (size_t i = 0; i < text.len; i++)
		FUZZ_CHECK(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] < 0x7f));
	byte_buf_deinit(&text);
	json_decref(document);
	return 0;
}
