#include "shim/discover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	ASK_AGAIN_MS = 200, /* datagrams get lost, and a daemon may be starting */
	NETWORKS_MAX = 8,
};

struct discover {
	uv_udp_t udp;
	uv_timer_t timer;
	int open_handles;
	bool is_closing;
	uint64_t deadline_ms;
	struct discovery query;
	struct sockaddr_in networks[NETWORKS_MAX]; /* their broadcast addresses */
	size_t network_count;
	in_addr_t answered[DISCOVER_ANSWERS_MAX];
	size_t answered_count;
	const struct discover_events *events;
	void *owner;
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct discover *discover = handle->data;

	if (--discover->open_handles == 0)
		free(discover);
}

static void ask(struct discover *discover)
{
	uint8_t datagram[DISCOVERY_LEN];
	uv_buf_t buf = uv_buf_init((char *)datagram, sizeof(datagram));

	discovery_format(&discover->query, datagram);
	for (size_t i = 0; i < discover->network_count; i++)
		(void)uv_udp_try_send(&discover->udp, &buf, 1,
				      (const struct sockaddr *)&discover->networks[i]);
}

static void on_timer(uv_timer_t *timer)
{
	struct discover *discover = timer->data;

	if (discover->is_closing)
		return;
	if (uv_now(timer->loop) < discover->deadline_ms) {
		ask(discover);
		return;
	}
	uv_timer_stop(timer);
	discover->events->on_over(discover->owner);
}

/* False: it has answered before, or too many have. */
static bool is_news(struct discover *discover, in_addr_t address)
{
	for (size_t i = 0; i < discover->answered_count; i++) {
		if (discover->answered[i] == address)
			return false;
	}
	if (discover->answered_count == DISCOVER_ANSWERS_MAX)
		return false;
	discover->answered[discover->answered_count++] = address;
	return true;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char shared[DISCOVERY_LEN + 1];

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(shared, sizeof(shared));
}

/* What was not asked for has another nonce. */
static void on_datagram(uv_udp_t *udp, ssize_t nread, const uv_buf_t *buf,
			const struct sockaddr *peer, unsigned flags)
{
	struct discover *discover = udp->data;
	const struct sockaddr_in *in = (const void *)peer;
	struct discovery answer;
	char host[INET_ADDRSTRLEN];

	if (discover->is_closing || nread <= 0 || peer == NULL || (flags & UV_UDP_PARTIAL) != 0 ||
	    peer->sa_family != AF_INET)
		return;
	if (discovery_parse((struct byte_view){(const uint8_t *)buf->base, (size_t)nread},
			    &answer) != 0 ||
	    answer.kind != DISCOVERY_ANSWER ||
	    memcmp(answer.nonce, discover->query.nonce, sizeof(answer.nonce)) != 0 ||
	    !is_news(discover, in->sin_addr.s_addr) ||
	    inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)) == NULL)
		return;
	discover->events->on_answer(discover->owner, host, answer.port);
}

static int list_networks(struct discover *discover)
{
	struct ifaddrs *interfaces;

	if (getifaddrs(&interfaces) != 0)
		return -errno;
	for (struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next) {
		struct sockaddr_in *network = &discover->networks[discover->network_count];

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
		    (i->ifa_flags & (IFF_UP | IFF_BROADCAST)) != (IFF_UP | IFF_BROADCAST) ||
		    i->ifa_broadaddr == NULL || discover->network_count == NETWORKS_MAX)
			continue;
		memcpy(network, i->ifa_broadaddr, sizeof(*network));
		network->sin_port = htons(DISCOVERY_PORT);
		discover->network_count++;
	}
	freeifaddrs(interfaces);
	return discover->network_count > 0 ? 0 : -ENETUNREACH;
}

static int discover_begin(struct discover *discover)
{
	const struct sockaddr_in any = {.sin_family = AF_INET};
	int err = uv_udp_bind(&discover->udp, (const struct sockaddr *)&any, 0);

	if (err == 0)
		err = uv_udp_set_broadcast(&discover->udp, 1);
	if (err == 0)
		err = uv_udp_recv_start(&discover->udp, on_alloc, on_datagram);
	if (err == 0)
		err = uv_timer_start(&discover->timer, on_timer, 0, ASK_AGAIN_MS);
	return err;
}

int discover_start(uv_loop_t *loop, const uint8_t *host_key_hash,
		   const struct discover_events *events, void *owner, struct discover **out)
{
	struct discover *discover = calloc(1, sizeof(*discover));
	int err;

	if (discover == NULL)
		return -ENOMEM;
	discover->query.kind = DISCOVERY_QUERY;
	if (host_key_hash != NULL)
		memcpy(discover->query.host_key_hash, host_key_hash, DISCOVERY_HASH_LEN);
	err = getrandom(discover->query.nonce, DISCOVERY_NONCE_LEN, 0) == DISCOVERY_NONCE_LEN
		      ? list_networks(discover)
		      : -EIO;
	if (err != 0) {
		free(discover);
		return err;
	}
	discover->events = events;
	discover->owner = owner;
	discover->deadline_ms = uv_now(loop) + DISCOVER_TIME_MS;
	uv_udp_init(loop, &discover->udp);
	uv_timer_init(loop, &discover->timer);
	discover->udp.data = discover;
	discover->timer.data = discover;
	discover->open_handles = 2;
	err = discover_begin(discover);
	if (err != 0) {
		discover_close(discover);
		return err;
	}
	*out = discover;
	return 0;
}

void discover_close(struct discover *discover)
{
	if (discover->is_closing)
		return;
	discover->is_closing = true;
	uv_close((uv_handle_t *)&discover->udp, on_handle_closed);
	uv_close((uv_handle_t *)&discover->timer, on_handle_closed);
}
