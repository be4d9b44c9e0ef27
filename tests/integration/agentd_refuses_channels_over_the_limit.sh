#!/usr/bin/env bash
#
# connections-per-link: the channel that is one too many is refused, the others work on, and when
# they are closed there is room again. A flood of them harms nobody.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit connections-per-link=4

hold flood a 300
expect_line flood.log '^4 open$'
await_line flood.log '^296 refused$'
[ "$(ssh_peer ask a 4)" = '4 12' ] || fail 'another link suffers'
expect_served
hold_ask flood
await_line flood.log '^4 12$'
daemon_await_log 'refused kind=open .*: too many channels on one link$'

# shellcheck disable=SC2016 # for the shim's shell
shim -- sh -c 'for i in 1 2 3 4 5 6 7 8; do "$0" - type 11; done' "$RAW_AGENT" >out.log
expect_output "$(printf '12\n%.0s' 1 2 3 4 5 6 7 8)"
daemon_stop
