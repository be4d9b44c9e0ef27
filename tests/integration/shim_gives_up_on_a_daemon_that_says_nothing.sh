#!/usr/bin/env bash
#
# Who accepts the connection and says nothing is given up on after the default wait, and named.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --mute

before=$SECONDS
shim_status -- true

expect_status 125
expect_line error.log "127.0.0.1:$FAKE_PORT .*no SSH key exchange"
[ $((SECONDS - before)) -le 6 ] || fail 'it took too long'
