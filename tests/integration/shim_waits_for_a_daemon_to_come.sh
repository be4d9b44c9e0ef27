#!/usr/bin/env bash
#
# With --wait SECONDS the shim keeps looking for a daemon that is not there yet; without, it fails at
# once where nobody answers.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --key-file host_key --port 0
port=$FAKE_PORT
fake_kill

before=$SECONDS
shim_status -- true
expect_status 125
expect_line error.log 'Connection refused'
[ $((SECONDS - before)) -le 1 ] || fail 'it waited'

shim_spawn --verbose --wait 20 -- true 2>waiting.log &
waiting=$!
await_line waiting.log 'Connection refused'
fake --key-file host_key --port "$port"
wait "$waiting" || fail 'it did not wait for the daemon'
