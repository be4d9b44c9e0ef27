#include "common/host_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/address.h"
#include "common/number.h"

/* OpenSSH writes no name with one of these to known_hosts (check_host_key in sshconnect.c). */
static const char special[] = "@?*#[]|'\"\\,!/";

static int copy_lower(struct byte_view name, char *out)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (c <= ' ' || c >= 0x7f || strchr(special, c) != NULL)
			return -EINVAL;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	out[name.len] = '\0';
	return 0;
}

int host_name_parse(const char *text, struct host_name *out)
{
	struct host_name name = {0};
	unsigned long port = HOST_NAME_PORT_DEFAULT;
	struct byte_view host;
	const char *port_text;

	if (address_split(text, &host, &port_text) != 0 || host.len == 0 ||
	    host.len > HOST_NAME_LEN_MAX || copy_lower(host, name.host) != 0)
		return -EINVAL;
	if (port_text != NULL && number_parse(port_text, 1, UINT16_MAX, &port) != 0)
		return -EINVAL;
	name.port = (uint16_t)port;
	if (port == HOST_NAME_PORT_DEFAULT)
		memcpy(name.lookup, name.host, sizeof(name.host));
	else
		snprintf(name.lookup, sizeof(name.lookup), "[%s]:%lu", name.host, port);
	*out = name;
	return 0;
}
