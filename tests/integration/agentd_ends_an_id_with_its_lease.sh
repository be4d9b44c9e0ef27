#!/usr/bin/env bash
#
# lifetime and max-signatures of an id: over all tokens; what ran out is named, to builds as in the log; other ids
# go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

for id in few brief other; do
	key_make $id.pem
	printf '%s\n' "[id $id]" "key = $PWD/$id.pem"
	[ $id != few ] || echo 'max-signatures = 2'
	[ $id != brief ] || echo 'lifetime = 1s'
done >config
agentd --config config

[ "$(ssh_peer sign few 200)" = '1 14' ] || fail 'the first of two is refused'
run=$SSH_SHIM_TOKEN
SSH_SHIM_TOKEN=$(token_mint --name second)
[ "$(ssh_peer sign few 200)" = '1 14' ] || fail 'the second of two is refused'
[ "$(ssh_peer sign few 200)" = '1 5' ] || fail 'a third signature'
SSH_SHIM_TOKEN=$run
[ "$(ssh_peer sign few 200)" = '1 5' ] || fail 'a third signature, with another token'
daemon_await_log "refused kind=sign id=few .*: the id's signatures are used up \(max-signatures\)"
[ "$(raw_agent "$(id_socket few)" type 11)" = 12 ] || fail 'lists are refused'

deadline=$((SECONDS + DEADLINE_S))
until [ "$(ssh_peer ask brief)" = '1 5' ]; do
	[ "$SECONDS" -lt "$deadline" ] || fail 'its time is never over'
done
daemon_await_log "refused kind=list id=brief .*: the id's time is over \(lifetime\)"
ssh_peer exec offer >offer.log
expect_line offer.log "^id few keys unavailable the id's signatures are used up"
expect_line offer.log "^id brief keys unavailable the id's time is over"
expect_line offer.log '^id other keys ok$'
[ "$(ssh_peer sign other 200)" = '1 14' ] || fail 'another id does not work'
daemon_stop
