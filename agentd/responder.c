#include "agentd/responder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/discovery.h"

enum {
	WINDOW_MS = 1000,
	ANSWERS_PER_WINDOW = 200,
	ANSWERS_PER_ADDRESS = 10, /* in a window; a shim asks three times */
	ADDRESS_SLOTS = 64,
};

struct asker {
	in_addr_t address;
	unsigned count;
};

struct responder {
	struct front *front;
	const struct endpoint *endpoint;
	uv_udp_t broadcasts; /* bound to the broadcast address */
	uv_udp_t answers;    /* bound to our own */
	int open_handles;
	bool is_closing;
	uint64_t window_start_ms;
	unsigned answer_count;
	struct asker
		askers[ADDRESS_SLOTS]; /* of this window, by a hash: one may push another out */
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct responder *responder = handle->data;

	if (--responder->open_handles == 0)
		free(responder);
}

/* Sources of datagrams can be forged, so the many are bounded as well as the one. */
static bool may_answer(struct responder *responder, in_addr_t address)
{
	uint32_t hash = ntohl(address) * 2654435761u; /* Knuth's multiplier: neighbours spread */
	struct asker *asker = &responder->askers[hash % ADDRESS_SLOTS];
	uint64_t now_ms = uv_now(responder->front->loop);

	if (now_ms - responder->window_start_ms >= WINDOW_MS) {
		responder->window_start_ms = now_ms;
		responder->answer_count = 0;
		memset(responder->askers, 0, sizeof(responder->askers));
	}
	if (asker->address != address)
		*asker = (struct asker){.address = address};
	if (responder->answer_count >= ANSWERS_PER_WINDOW || asker->count >= ANSWERS_PER_ADDRESS)
		return false;
	responder->answer_count++;
	asker->count++;
	return true;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char shared[DISCOVERY_LEN + 1]; /* a longer datagram is told by its length */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(shared, sizeof(shared));
}

/* Strangers may send anything, so nothing of it is logged. */
static void on_datagram(uv_udp_t *udp, ssize_t nread, const uv_buf_t *buf,
			const struct sockaddr *peer, unsigned flags)
{
	struct responder *responder = udp->data;
	struct front *front = responder->front;
	uint8_t datagram[DISCOVERY_LEN];
	struct discovery message;
	uv_buf_t out = uv_buf_init((char *)datagram, sizeof(datagram));

	if (responder->is_closing || nread <= 0 || peer == NULL || (flags & UV_UDP_PARTIAL) != 0 ||
	    peer->sa_family != AF_INET)
		return;
	if (discovery_parse((struct byte_view){(const uint8_t *)buf->base, (size_t)nread},
			    &message) != 0 ||
	    !discovery_asks_for(&message, front->access.host_key_hash) ||
	    !ip_prefix_contains(&responder->endpoint->subnet, peer) ||
	    !access_is_allowed(&front->access, peer) ||
	    !may_answer(responder,
			((const struct sockaddr_in *)(const void *)peer)->sin_addr.s_addr))
		return;
	message.kind = DISCOVERY_ANSWER;
	message.port = address_port((const struct sockaddr *)&responder->endpoint->address);
	memcpy(message.host_key_hash, front->access.host_key_hash, DISCOVERY_HASH_LEN);
	discovery_format(&message, datagram);
	(void)uv_udp_try_send(&responder->answers, &out, 1, peer); /* lost: the shim asks again */
}

/* The network's own broadcast address. False where there is none: IPv6, point to point. */
static bool broadcast_of(const struct endpoint *endpoint, struct sockaddr_in *out)
{
	const struct ip_prefix *subnet = &endpoint->subnet;
	const struct sockaddr_in *own = (const void *)&endpoint->address;

	if (endpoint->interface[0] == '\0' || endpoint->is_left_out ||
	    endpoint->address.ss_family != AF_INET || subnet->bits == 0 || subnet->bits > 30)
		return false;
	*out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(DISCOVERY_PORT)};
	out->sin_addr.s_addr = own->sin_addr.s_addr | htonl(UINT32_MAX >> subnet->bits);
	return true;
}

static int responder_bind(struct responder *responder, const struct sockaddr_in *broadcast)
{
	struct sockaddr_in own;
	int err = uv_udp_bind(&responder->broadcasts, (const struct sockaddr *)broadcast,
			      UV_UDP_REUSEADDR); /* each daemon on this network gets its copy */

	memcpy(&own, &responder->endpoint->address, sizeof(own));
	own.sin_port = 0;
	if (err == 0)
		err = uv_udp_bind(&responder->answers, (const struct sockaddr *)&own, 0);
	if (err == 0)
		err = uv_udp_recv_start(&responder->broadcasts, on_alloc, on_datagram);
	return err;
}

int responder_new(struct front *front, const struct endpoint *endpoint, struct responder **out)
{
	struct sockaddr_in broadcast;
	struct responder *responder;
	int err;

	if (!broadcast_of(endpoint, &broadcast))
		return -EAFNOSUPPORT;
	responder = calloc(1, sizeof(*responder));
	if (responder == NULL)
		return -ENOMEM;
	responder->front = front;
	responder->endpoint = endpoint;
	uv_udp_init(front->loop, &responder->broadcasts);
	uv_udp_init(front->loop, &responder->answers);
	responder->broadcasts.data = responder;
	responder->answers.data = responder;
	responder->open_handles = 2;
	err = responder_bind(responder, &broadcast);
	if (err != 0) {
		responder_close(responder);
		return err;
	}
	*out = responder;
	return 0;
}

void responder_close(struct responder *responder)
{
	if (responder->is_closing)
		return;
	responder->is_closing = true;
	uv_close((uv_handle_t *)&responder->broadcasts, on_handle_closed);
	uv_close((uv_handle_t *)&responder->answers, on_handle_closed);
}
