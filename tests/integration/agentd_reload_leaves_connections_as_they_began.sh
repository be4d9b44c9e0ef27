#!/usr/bin/env bash
#
# A policy that is reloaded holds for connections that come later, on links that were there before,
# too; not for those in progress.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

key_make a.pem
key_make b.pem
real_agent a.pem b.pem
conf '[id r]' "agent = $REAL_AGENT"
agentd --config conf
key_counter before r
hold link r 1
[ "$(keys_seen before)" = 2 ] || fail 'not both keys are offered'

conf '[id r]' "agent = $REAL_AGENT" "only-keys = $(ssh-keygen -lf a.pem.pub | cut -d' ' -f2)"
reload
[ "$(keys_seen before)" = 2 ] || fail 'a connection in progress changed its policy'
key_counter after r
[ "$(keys_seen after)" = 1 ] || fail 'a new connection has the old policy'
hold_ask link
await_line link.log '^1 12$'
ssh_peer exec offer >offer.log
[ "$(grep -c '^key r ' offer.log)" -eq 1 ] || fail 'the offer is the old one'
daemon_stop
