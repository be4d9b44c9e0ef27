#!/usr/bin/env bash
#
# Through the shim, a program that asks far ahead and reads late gets every answer; one that ends its side
# gets what it asked for.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
[ "$(shim -- "$RAW_AGENT" - ahead 1000 1000)" = '1000 12' ] || fail 'not every list comes'
[ "$(shim -- "$RAW_AGENT" - last 200)" = 14 ] || fail 'no answer for who ended its side'
daemon_stop
