#!/usr/bin/env bash
#
# max-signatures: counted per token over all its links, one after another; lists stay free.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
other=$SSH_SHIM_TOKEN
SSH_SHIM_TOKEN=$(token_mint --max-signatures 3)

for _ in 1 2 3; do
	[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'a signature of the three is refused'
done
[ "$(ssh_peer sign a 200)" = '1 5' ] || fail 'a fourth signature'
daemon_await_log 'refused kind=sign id=a .*: the token.s signatures are used up'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'lists are refused'
SSH_SHIM_TOKEN=$other
[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'another token pays for it'
daemon_stop
