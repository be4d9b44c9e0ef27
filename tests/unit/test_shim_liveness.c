/*
 * A daemon that hangs is a server here that is paused: its kernel takes all that is sent, and nobody reads it.
 */
#include "shim/liveness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"
#include "tests/support/wire_pair.h"

enum { INTERVAL_MS = 100, MANY_INTERVALS_MS = 8 * INTERVAL_MS };

static struct world {
	struct turns turns;
	struct pair *pair; /* its client only told us the host key */
	struct end *server;
	struct link_credentials credentials;
	struct link *link;
	struct liveness liveness;
	bool is_up;
	char lost[LINK_SAID_SIZE];
} world;

static void on_ready(void *owner)
{
	(void)owner;
	world.is_up = true;
}

static void on_failed(void *owner, enum link_failure failure, const char *said)
{
	(void)owner;
	(void)failure;
	ck_abort_msg("no link: %s", said);
}

static void on_lost(void *owner, const char *reason)
{
	(void)owner;
	world.link = NULL;
	snprintf(world.lost, sizeof(world.lost), "%s", reason);
}

static const struct link_events events = {
	.on_ready = on_ready, .on_failed = on_failed, .on_lost = on_lost};

static void learn_host_key(void)
{
	unsigned char *hash = NULL;
	size_t len = 0;
	ssh_key key = NULL;

	ck_assert_int_eq(ssh_get_server_publickey(world.pair->client.session, &key), SSH_OK);
	ck_assert_int_eq(ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len), 0);
	ck_assert_uint_eq(len, sizeof(world.credentials.host_key_hash));
	memcpy(world.credentials.host_key_hash, hash, len);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
}

static void setup(void)
{
	int sockets[2];

	world = (struct world){.credentials = {.token = "sfa1_test"}};
	turns_init(&world.turns);
	world.pair = pair_new();
	pair_start(world.pair, &world.turns, PAIR_TCP);
	learn_host_key();
	world.server = calloc(1, sizeof(*world.server));
	ck_assert_ptr_nonnull(world.server);
	pair_sockets(PAIR_TCP, sockets);
	ck_assert_int_eq(end_start_server(world.server, &world.turns, sockets[0]), 0);
	ck_assert_int_eq(link_start(&world.turns.loop, sockets[1], &world.credentials, &events,
				    NULL, &world.link),
			 0);
	TURN_UNTIL(&world.turns, world.is_up);
	liveness_init(&world.liveness, &world.turns.loop, &world.link, INTERVAL_MS);
}

static void teardown(void)
{
	if (world.link != NULL)
		link_close(world.link);
	liveness_close(&world.liveness);
	liveness_close(&world.liveness);
	end_finish(world.server, &world.turns);
	free(world.server);
	pair_end(world.pair, &world.turns);
	turns_end(&world.turns);
}

static uint64_t packets_sent(void)
{
	return world.link->wire.packet_counter.out_packets;
}

START_TEST(link_on_which_nothing_comes_is_lost)
{
	wire_pause(&world.server->wire);
	liveness_begin(&world.liveness);
	TURN_UNTIL(&world.turns, world.link == NULL);
	ck_assert_ptr_nonnull(strstr(world.lost, "hangs: nothing came from it for"));
	/* What waits goes on to do so, until another link is there. */
	turns_for(&world.turns, MANY_INTERVALS_MS);
	liveness_end(&world.liveness);
}
END_TEST

START_TEST(daemon_that_answers_may_take_its_time)
{
	int asked_count = 0;

	liveness_begin(&world.liveness);
	while (asked_count < 4) {
		uint64_t sent_before = packets_sent();

		turns_take(&world.turns);
		ck_assert_ptr_nonnull(world.link);
		if (packets_sent() == sent_before)
			continue;
		/* The first silence is asked about, each time anew. */
		ck_assert_uint_eq(world.liveness.silent_count, 1);
		asked_count++;
	}
	liveness_end(&world.liveness);
}
END_TEST

START_TEST(daemon_that_comes_back_in_time_keeps_its_link)
{
	uint64_t sent_before = packets_sent();

	wire_pause(&world.server->wire);
	liveness_begin(&world.liveness);
	TURN_UNTIL(&world.turns, world.liveness.silent_count == LIVENESS_TICKS - 1);
	/* It need not be asked twice. */
	ck_assert_uint_eq(packets_sent(), sent_before + 1);
	wire_resume(&world.server->wire);
	turns_for(&world.turns, MANY_INTERVALS_MS);
	ck_assert_ptr_nonnull(world.link);
	liveness_end(&world.liveness);
}
END_TEST

START_TEST(nobody_is_asked_while_nobody_waits)
{
	uint64_t sent_before = packets_sent();

	wire_pause(&world.server->wire);
	turns_for(&world.turns, MANY_INTERVALS_MS);
	liveness_begin(&world.liveness);
	liveness_end(&world.liveness);
	turns_for(&world.turns, MANY_INTERVALS_MS);
	ck_assert_uint_eq(packets_sent(), sent_before);
	ck_assert(!uv_is_active((uv_handle_t *)&world.liveness.tick));
}
END_TEST

START_TEST(silence_before_somebody_waits_does_not_count)
{
	liveness_begin(&world.liveness);
	liveness_begin(&world.liveness);
	liveness_end(&world.liveness);
	wire_pause(&world.server->wire);
	TURN_UNTIL(&world.turns, world.liveness.silent_count == LIVENESS_TICKS - 1);
	liveness_end(&world.liveness);
	TURN_UNTIL(&world.turns, !uv_is_active((uv_handle_t *)&world.liveness.tick));
	ck_assert_ptr_nonnull(world.link);
	liveness_begin(&world.liveness);
	ck_assert_uint_eq(world.liveness.silent_count, 0);
	liveness_end(&world.liveness);
}
END_TEST

START_TEST(full_socket_holds_up_no_loss)
{
	static uint8_t block[32 * 1024];
	struct wire *wire = &world.link->wire;

	wire_pause(&world.server->wire);
	/* As behind large requests: what it was asked with does not even leave. */
	while (!wire->is_blocked) {
		for (int i = 0; i < 64; i++)
			ssh_send_ignore(wire->session, (const char *)block);
		memset(block, 'x', sizeof(block) - 1);
		wire_kick(wire);
		turns_take(&world.turns);
	}
	liveness_begin(&world.liveness);
	TURN_UNTIL(&world.turns, world.link == NULL);
	liveness_end(&world.liveness);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("liveness");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, link_on_which_nothing_comes_is_lost);
	tcase_add_test(tests, daemon_that_answers_may_take_its_time);
	tcase_add_test(tests, daemon_that_comes_back_in_time_keeps_its_link);
	tcase_add_test(tests, nobody_is_asked_while_nobody_waits);
	tcase_add_test(tests, silence_before_somebody_waits_does_not_count);
	tcase_add_test(tests, full_socket_holds_up_no_loss);
	return unit_main(tests, "liveness");
}
