#!/usr/bin/env bash
#
# confirm-logins: one yes is good for so many logins of a link, the next is asked for. confirm-refusals: a build that was
# refused so often asks nobody any more, over whatever link; another one, and what is not to be confirmed, go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >confirm <<'END'
#!/bin/sh
echo asked >>"$HOME/prompts"
until [ -s "$HOME/answer" ]; do sleep 0.02; done
exit "$(cat "$HOME/answer")"
END
chmod 700 confirm
touch prompts
key_make a.pem
key_make b.pem
printf '%s\n' '[id a]' "key = $PWD/a.pem" 'confirm = yes' '[id b]' "key = $PWD/b.pem" >config
HOME=$PWD SSH_ASKPASS=$PWD/confirm agentd --config config --limit confirm-logins=3 --limit confirm-refusals=2

# Seven logins at once over one link, each with a file of its own: lines written side by side can run into each other.
# shellcheck disable=SC2016 # for the shim's shell
shim --id a -- sh -c 'for i in 1 2 3 4 5 6 7; do "$0" - sign 200 >seven.$i & done; wait' "$RAW_AGENT" 2>shim.log &
build=$!
await_lines 3 prompts asked
expect_served b
echo 0 >answer
wait "$build"
[ "$(cat seven.? | grep -cx 14)" -eq 7 ] || fail "not all are signed: $(cat seven.?)"
[ "$(wc -l <prompts)" -eq 3 ] || fail 'not a prompt for three logins each'

echo 1 >answer
for _ in 1 2 3 4; do
	[ "$(ssh_peer sign a 200)" = '1 5' ] || fail 'signed, although nobody says yes'
done
[ "$(wc -l <prompts)" -eq 5 ] || fail 'asked although it was refused twice'
daemon_await_log '2 signatures were not confirmed: for some minutes nobody is asked about more of this build'
daemon_await_log 'refused kind=sign id=a .*too many signatures of this build were not confirmed'
expect_served b
echo 0 >answer
[ "$(SSH_PEER_FROM=127.0.0.2 ssh_peer sign a 200)" = '1 14' ] || fail 'another build suffers'
daemon_stop
