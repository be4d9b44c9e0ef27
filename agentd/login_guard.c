#include "agentd/login_guard.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

enum { V4_LEN = 4, V6_NETWORK_LEN = 8, V4_IN_MAPPED = 12 };

/* An IPv4 address mapped into IPv6 is that IPv4 address. */
static void key_of(const struct sockaddr *peer, uint8_t key[LOGIN_GUARD_KEY_LEN])
{
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
	const struct in_addr *v4 = &((const struct sockaddr_in *)(const void *)peer)->sin_addr;

	memset(key, 0, LOGIN_GUARD_KEY_LEN);
	if (peer->sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(v6)) {
		key[0] = 6;
		memcpy(key + 1, v6->s6_addr, V6_NETWORK_LEN);
		return;
	}
	key[0] = 4;
	if (peer->sa_family == AF_INET6)
		memcpy(key + 1, v6->s6_addr + V4_IN_MAPPED, V4_LEN);
	else
		memcpy(key + 1, v4, V4_LEN);
}

/* FNV-1a, of 32 bits. */
uint32_t login_guard_hash(const struct sockaddr *peer)
{
	uint8_t key[LOGIN_GUARD_KEY_LEN];
	uint32_t hash = 2166136261U;

	key_of(peer, key);
	for (size_t i = 0; i < sizeof(key); i++)
		hash = (hash ^ key[i]) * 16777619U;
	return hash;
}

bool login_guard_is_same(const struct sockaddr *a, const struct sockaddr *b)
{
	uint8_t key_a[LOGIN_GUARD_KEY_LEN];
	uint8_t key_b[LOGIN_GUARD_KEY_LEN];

	key_of(a, key_a);
	key_of(b, key_b);
	return memcmp(key_a, key_b, sizeof(key_a)) == 0;
}

static bool is_over(const struct login_guard_entry *entry, uint64_t now_s)
{
	return entry->failures == 0 || now_s - entry->begun_s >= LOGIN_GUARD_WINDOW_S;
}

static const struct login_guard_entry *find(const struct login_guard *guard,
					    const uint8_t key[LOGIN_GUARD_KEY_LEN], uint64_t now_s)
{
	for (size_t i = 0; i < LOGIN_GUARD_ENTRIES; i++) {
		const struct login_guard_entry *entry = &guard->entries[i];

		if (!is_over(entry, now_s) && memcmp(entry->key, key, LOGIN_GUARD_KEY_LEN) == 0)
			return entry;
	}
	return NULL;
}

/* A free one, or the one that tells least: of the fewest failures, the oldest. */
static struct login_guard_entry *make_room(struct login_guard *guard, uint64_t now_s)
{
	struct login_guard_entry *least = &guard->entries[0];

	for (size_t i = 0; i < LOGIN_GUARD_ENTRIES; i++) {
		struct login_guard_entry *entry = &guard->entries[i];

		if (is_over(entry, now_s))
			return entry;
		if (entry->failures < least->failures ||
		    (entry->failures == least->failures && entry->begun_s < least->begun_s))
			least = entry;
	}
	return least;
}

uint32_t login_guard_fail(struct login_guard *guard, const struct sockaddr *peer, uint64_t now_s)
{
	uint8_t key[LOGIN_GUARD_KEY_LEN];
	struct login_guard_entry *entry;

	key_of(peer, key);
	entry = (struct login_guard_entry *)(uintptr_t)find(guard, key, now_s);
	if (entry == NULL) {
		entry = make_room(guard, now_s);
		*entry = (struct login_guard_entry){.begun_s = now_s};
		memcpy(entry->key, key, sizeof(entry->key));
	}
	if (entry->failures < UINT32_MAX)
		entry->failures++;
	return entry->failures;
}

uint32_t login_guard_failures(const struct login_guard *guard, const struct sockaddr *peer,
			      uint64_t now_s)
{
	uint8_t key[LOGIN_GUARD_KEY_LEN];
	const struct login_guard_entry *entry;

	key_of(peer, key);
	entry = find(guard, key, now_s);
	return entry != NULL ? entry->failures : 0;
}
