#!/usr/bin/env bash
#
# revoke: links with a token of that name end at once, with what is in flight on them; later logins and tokens of
# the name are refused; others go on; with --token-file it outlives the daemon.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
fake_agent 'ask list ask stall'
start()
{
	agentd --key a=./a.pem --agent slow="$FAKE_AGENT" --token-file secret --audit-log audit.log
}
start
lasting=$SSH_SHIM_TOKEN
stolen=$(token_mint --name stolen)

"$SHIM" --connect "$CONNECT" --id slow -- "$RAW_AGENT" - sign 200 >other.log 2>&1 &
other=$!
SSH_SHIM_TOKEN=$stolen "$SHIM" --connect "$CONNECT" --id slow -- "$RAW_AGENT" - sign 200 \
	>stolen.log 2>stolen.err &
build=$!
await_lines 6 agent.log '^asked$' # for the offer, for a list and for a signature, twice
[ "$(token_revoke stolen)" = 'revoked; links of "stolen" closed: 1' ] || fail 'the link is not closed'
wait "$build" || true
expect_output 5 stolen.log
expect_line stolen.err 'the link to .* was lost'
daemon_await_log 'link ended .* token=stolen: the token was revoked'
[ -d "/proc/$other" ] || fail 'a link of another token was closed, too'

ssh_peer login "$stolen" >login.log 2>&1 || true
daemon_await_log 'login refused .*: the token "stolen" was revoked'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'another token does not work'
XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" token --name stolen 2>token.err &&
	fail 'a token of a revoked name'
expect_line token.err 'tokens of the name "stolen" were revoked; choose another name'
"$SFA_AGENTD" token --token-file secret --name stolen 2>token.err &&
	fail 'a token of a revoked name, from the file'
expect_line token.err 'tokens of the name "stolen" were revoked'
[ "$(token_revoke never-seen)" = 'revoked; no link used "never-seen"' ] || fail 'an unknown name is an error'
token_revoke lasting >/dev/null
[ "$(stat -c %a secret.revoked)" = 600 ] || fail 'others may read, or write, what is revoked'
wait "$other" || true # its token was "lasting"
daemon_stop

expect_record 1 event=token-minted token=lasting ids=null expires=null max_signatures=null
expect_record 1 event=token-minted token=stolen ids=null
expect_record 1 event=token-revoked token=stolen links=1 lasts=true
expect_record 1 event=token-revoked token=never-seen links=0
expect_record 1 event=token-revoked token=lasting
! grep -F sfa1_ audit.log || fail 'a token is in the audit log'

start
ssh_peer login "$stolen" >login.log 2>&1 || true
daemon_await_log 'login refused .*: the token "stolen" was revoked'
[ "$SSH_SHIM_TOKEN" != "$lasting" ] || fail 'it gives out a token that is revoked'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'the token it gives out is not good'
daemon_stop

echo 'no name' >>secret.revoked
if "$SFA_AGENTD" --key a=./a.pem --token-file secret --listen 127.0.0.1:0 >out.log 2>error.log; then
	fail 'it starts without knowing what is revoked'
fi
expect_line error.log 'secret.revoked does not hold names of tokens'
