#!/usr/bin/env bash
#
# revoke: where the list of what is revoked cannot be written, that is said; the token is refused all the same,
# for as long as the daemon runs, and the list is written when it can be.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --token-file secret
stolen=$(token_mint --name stolen)
mkdir secret.revoked # no file can take its place
! token_revoke stolen >out.log || fail 'it is said to be done'
expect_line out.log '"stolen" is revoked until the daemon ends .* cannot be written: Is a directory'
ssh_peer login "$stolen" >login.log 2>&1 || true
daemon_await_log 'login refused .*: the token "stolen" was revoked'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'another token does not work'
! token_revoke '' >out.log || fail 'nobody was revoked'
expect_line out.log 'name'

rmdir secret.revoked
token_revoke stolen >/dev/null || fail 'it cannot be done again'
[ "$(cat secret.revoked)" = stolen ] || fail "the list is $(cat secret.revoked)"
daemon_stop
