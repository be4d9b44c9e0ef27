#!/usr/bin/env bash
#
# Fifty reloads, each of which brings keys and takes others, and connections that outlive them: as
# many descriptors and processes as before, and as much memory.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

descriptors()
{
	find "/proc/$DAEMON_PID/fd" -type l | wc -l
}

resident_kib()
{
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$DAEMON_PID/status"
}

turn()
{
	conf '[id a]' 'key = a.pem' "max-signatures = $1" "[id b$1]" 'key = b.pem' 'host = github.com'
	reload
	[ $(($1 % 10)) -ne 0 ] || [ "$(raw_agent "$(id_socket "b$1")" type 11)" = 12 ] ||
		fail "turn $1: the id does not answer"
}

key_make a.pem
key_make b.pem
conf '[id a]' 'key = a.pem'
agentd_plain --config conf
raw_agent "$(id_socket a)" type 11 >first.log # libuv keeps a descriptor from the first connection on
for i in $(seq 5); do # what is kept from the first ones on
	turn "$i"
done
await_quiet()
{
	local deadline=$((SECONDS + DEADLINE_S))

	until [ "$(keepers)" -eq 2 ] && [ "$(descriptors)" -le "$1" ]; do
		[ "$SECONDS" -lt "$deadline" ] ||
			fail "$(keepers) keepers, $(descriptors) descriptors, not $1"
		sleep 0.05
	done
}

await_quiet 1000
before=$(descriptors)
memory=$(resident_kib)
for i in $(seq 6 55); do
	turn "$i"
done
await_quiet "$before"
grown=$(($(resident_kib) - memory))
[ "$grown" -lt 1024 ] || fail "$grown KiB more in use"
daemon_stop
