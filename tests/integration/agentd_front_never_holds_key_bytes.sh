#!/usr/bin/env bash
#
# The daemon that talks to the network has no byte of a key in its memory, neither after loading nor
# after signing; its keeper, which has, is the control.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

[ "$(id -u)" = 0 ] || skip 'only root may look into a process that is not dumpable'

# holds PID FILE: whether the memory of PID has the bytes of FILE
holds()
{
	local status=0

	"$BUILD_DIR/tests/support/scan_memory" "$@" >/dev/null || status=$?
	[ "$status" -le 1 ] || fail "cannot look into process $1"
	return "$status"
}

openssl genpkey -algorithm ed25519 -out a.pem
chmod 600 a.pem
openssl pkey -in a.pem -outform DER | tail -c 32 >seed
sed -n 2p a.pem | tr -d '\n' >line
agentd_plain --key a=./a.pem
[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'it does not sign'
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'it does not sign'

for secret in seed line; do
	! holds "$DAEMON_PID" "$secret" || fail "the front holds the $secret"
done
holds "$(pgrep -P "$DAEMON_PID")" seed || fail 'control: the keeper does not hold the seed'

kill -USR1 "$DAEMON_PID"
daemon_await_log 'all keys are dropped'
[ "$(raw_agent "$(id_socket a)" type 11)" = 12 ] || fail 'the keeper does not answer'
! holds "$(pgrep -P "$DAEMON_PID")" seed || fail 'the keeper still holds the seed'
daemon_stop
