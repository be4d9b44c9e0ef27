#!/usr/bin/env bash
#
# A token of one id opens no channel to another, and does not learn that there is one.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
agentd --key a=./a.pem --key b=./b.pem
SSH_SHIM_TOKEN=$(token_mint --id b --name only-b)

[ "$(ssh_peer ask b)" = '1 12' ] || fail 'its own id is refused'
[ "$(ssh_peer ask a)" = '1 refused' ] || fail 'another id is open'
ssh_peer exec offer >out.log
expect_line out.log '^id b keys ok$'
expect_line out.log '^default b$'
expect_line out.log '^token only-b 0$'
expect_no_line out.log '(^| )a( |$)'
daemon_await_log 'refused kind=open id=a .*token=only-b: this id is not offered'
daemon_stop
