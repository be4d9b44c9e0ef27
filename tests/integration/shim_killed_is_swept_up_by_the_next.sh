#!/usr/bin/env bash
#
# A shim ended by SIGKILL leaves at most one directory on tmpfs, with sockets of all ids and its own
# ssh in it; the next one takes it away, and nothing that links there lead to.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

echo 'example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f' >hosts
real --known-hosts hosts --key other=./a.pem
[ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip '/dev/shm is no tmpfs here'
mkfifo hold

# shellcheck disable=SC2016
shim_spawn --id projecta -- sh -c 'echo "$SSH_AUTH_SOCK"; read -r _ <hold' >socket.log 2>error.log &
victim=$!
await_line socket.log '^/'
socket=$(cat socket.log)
[ "${socket#/dev/shm/ssh-shim.}" != "$socket" ] || fail "not on tmpfs: $socket"
kill -KILL "$victim"
wait "$victim" 2>/dev/null || true
[ -S "$socket" ] || fail 'nothing was left to be swept'
for left in ids/other.sock known_hosts bin/ssh bin/scp; do
	[ -e "${socket%/*}/$left" ] || fail "nothing was left to be swept at $left"
done

# shellcheck disable=SC2016
shim_status --id projecta -- sh -c 'ls -d "$(dirname "$1")"' sh "$socket"
expect_status 2
[ -x "$SHIM" ] || fail 'a link was followed'
echo >hold & # lets the orphaned command end
daemon_stop
