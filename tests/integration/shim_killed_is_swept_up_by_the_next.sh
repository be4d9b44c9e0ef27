#!/usr/bin/env bash
#
# A shim ended by SIGKILL leaves at most one directory on tmpfs; the next one takes it away.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
[ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip '/dev/shm is no tmpfs here'
mkfifo hold

# shellcheck disable=SC2016
shim_spawn -- sh -c 'echo "$SSH_AUTH_SOCK"; read -r _ <hold' >socket.log 2>error.log &
victim=$!
await_line socket.log '^/'
socket=$(cat socket.log)
[ "${socket#/dev/shm/ssh-shim.}" != "$socket" ] || fail "not on tmpfs: $socket"
kill -KILL "$victim"
wait "$victim" 2>/dev/null || true
[ -S "$socket" ] || fail 'nothing was left to be swept'

# shellcheck disable=SC2016
shim_status -- sh -c 'ls -d "$(dirname "$1")"' sh "$socket"
expect_status 2
echo >hold & # lets the orphaned command end
daemon_stop
