#include "bench/tcp_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int tcp_address_parse(const char *text, struct sockaddr_in *address)
{
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN];
	unsigned long port;
	char *end;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || port > UINT16_MAX)
		return -EINVAL;
	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	return inet_pton(AF_INET, host, &address->sin_addr) == 1 ? 0 : -EINVAL;
}

static int tcp_address_open(const char *text, int *fd,
			    int (*use)(int fd, const struct sockaddr *address, socklen_t len))
{
	struct sockaddr_in address;
	int err = tcp_address_parse(text, &address);
	int sock;

	if (err != 0)
		return err;
	sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	if (use(sock, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		close(sock);
		return err;
	}
	*fd = sock;
	return 0;
}

static int bind_and_listen(int fd, const struct sockaddr *address, socklen_t len)
{
	return bind(fd, address, len) < 0 ? -1 : listen(fd, SOMAXCONN);
}

int tcp_address_connect(const char *text, int *fd)
{
	return tcp_address_open(text, fd, connect);
}

int tcp_address_listen(const char *text, int *fd)
{
	return tcp_address_open(text, fd, bind_and_listen);
}

int tcp_address_of(int fd, char text[TCP_ADDRESS_TEXT_LEN])
{
	struct sockaddr_in address = {0};
	socklen_t len = sizeof(address);
	char host[INET_ADDRSTRLEN];

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	inet_ntop(AF_INET, &address.sin_addr, host, sizeof(host));
	snprintf(text, TCP_ADDRESS_TEXT_LEN, "%s:%d", host, ntohs(address.sin_port));
	return 0;
}
