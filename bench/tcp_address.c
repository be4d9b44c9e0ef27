#include "bench/tcp_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse_port(const char *text, in_port_t *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*port = htons((uint16_t)value);
	return *text != '\0' && *end == '\0' && value <= UINT16_MAX;
}

int tcp_address_parse(const char *text, struct sockaddr_storage *address, socklen_t *len)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t host_len = colon == NULL ? sizeof(host) : (size_t)(colon - text);

	if (host_len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host[host_len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &v6.sin6_addr) != 1 ||
		    !parse_port(colon + 1, &v6.sin6_port))
			return -EINVAL;
		memcpy(address, &v6, sizeof(v6));
		*len = sizeof(v6);
		return 0;
	}
	if (inet_pton(AF_INET, host, &v4.sin_addr) != 1 || !parse_port(colon + 1, &v4.sin_port))
		return -EINVAL;
	memcpy(address, &v4, sizeof(v4));
	*len = sizeof(v4);
	return 0;
}

static int tcp_address_open(const char *text, int *fd,
			    int (*use)(int fd, const struct sockaddr *address, socklen_t len))
{
	struct sockaddr_storage address = {0};
	socklen_t len;
	int sock;
	int err = tcp_address_parse(text, &address, &len);

	if (err != 0)
		return err;
	sock = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	if (use(sock, (struct sockaddr *)&address, len) < 0) {
		err = -errno;
		close(sock);
		return err;
	}
	*fd = sock;
	return 0;
}

static int bind_and_listen(int fd, const struct sockaddr *address, socklen_t len)
{
	static const int yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    bind(fd, address, len) < 0)
		return -1;
	return listen(fd, SOMAXCONN);
}

int tcp_address_connect(const char *text, int *fd)
{
	return tcp_address_open(text, fd, connect);
}

int tcp_address_listen(const char *text, int *fd)
{
	return tcp_address_open(text, fd, bind_and_listen);
}
