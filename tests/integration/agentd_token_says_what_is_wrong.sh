#!/usr/bin/env bash
#
# token: what cannot be made is told, with what to say instead; nothing that looks like a token comes out.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

# STATUS REASON ARGUMENT...: of the token command
expect_no_token()
{
	local status=0

	XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" token "${@:3}" >out.log 2>error.log || status=$?
	[ "$status" -eq "$1" ] || fail "the status is $status, not $1: token ${*:3}"
	[ ! -s out.log ] || fail "there is output: $(cat out.log)"
	expect_line error.log "$2"
}

key_make a.pem
agentd --key a=./a.pem

expect_no_token 1 'id "b" is not offered by this daemon' --id b
expect_no_token 1 'the secret "npmrc" is not offered by this daemon' --secret npmrc
expect_no_token 2 '"a b" is not an id' --id 'a b'
expect_no_token 2 '"[.]x" is not the name of a secret' --secret .x
expect_no_token 2 "a token's name is up to" --name 'a name'
expect_no_token 2 'an expiry is a number with s, m, h or d behind it' --expires soon
expect_no_token 2 'the number of signatures is 1 or more' --max-signatures 0
expect_no_token 2 'what is "a" here[?] see ssh-forward-agentd token --help' a
expect_no_token 2 'see ssh-forward-agentd token --help' --ids a
for port in 0 65536 http; do
	expect_no_token 2 'a port is a number from 1 to 65535' --port "$port"
done
expect_no_token 1 '--token-file ./none: there is no such file; a daemon started with it makes it' \
	--token-file ./none
[ ! -e none ] || fail 'a token file was made'
mapfile -t many < <(for i in $(seq 33); do printf '%s\n' --id "a$i"; done)
expect_no_token 2 'a token names 32 ids at most' "${many[@]}"
"$SFA_AGENTD" token --help | grep -e --max-signatures >/dev/null || fail 'no help'
[ -n "$(token_mint --id a --expires 15m --max-signatures 3 --name nightly)" ] || fail 'no token at all'
daemon_stop
