#!/usr/bin/env bash
#
# confirm-prompts and confirm-queue: so many prompts are open, so many wait, a quarter of them of one build; more are
# refused. Other builds have their turn, and what nobody is asked about is signed meanwhile.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >confirm <<'END'
#!/bin/sh
printf '%s\n' "$1" >>"$HOME/questions"
until [ -e "$HOME/answer" ]; do sleep 0.02; done
END
chmod 700 confirm
touch questions
key_make a.pem
key_make b.pem
printf '%s\n' '[id a]' "key = $PWD/a.pem" 'confirm = yes' '[id b]' "key = $PWD/b.pem" >config
HOME=$PWD SSH_ASKPASS=$PWD/confirm agentd --config config --limit confirm-prompts=1 --limit confirm-queue=4

# sign ADDRESS NAME: another link of a build, that asks for a signature
sign()
{
	SSH_PEER_FROM=$1 ssh_peer sign a 200 >"$2.log" 2>&1
}

sign 127.0.0.1 first &
await_lines 1 questions '^Build: '
# Of these one waits and one is refused, whichever comes first.
sign 127.0.0.1 greedy &
sign 127.0.0.1 greedier &
daemon_await_log 'peer=127\.0\.0\.1:.* too many signatures of this build wait to be confirmed \(confirm-queue\)'
for n in 2 3 4 5; do
	sign "127.0.0.$n" "other.$n" &
done
daemon_await_log ': too many signatures wait to be confirmed \(confirm-queue\)'
expect_served b
[ "$(grep -c '^Build: ' questions)" -eq 1 ] || fail "more than one prompt: $(cat questions)"

touch answer
for _ in 1 2 3 4 5 6 7; do
	wait -n || fail "a peer failed: $(cat ./*.log)"
done
[ "$(cat first.log greedy.log greedier.log | sort | uniq -c | tr -s ' ')" = $' 2 1 14\n 1 1 5' ] || fail 'of the first build not two'
[ "$(cat other.*.log | sort | uniq -c | tr -s ' ')" = $' 3 1 14\n 1 1 5' ] || fail 'of the others not three'
[ "$(grep -c '^Build: ' questions)" -eq 5 ] || fail 'not a prompt for each'
expect_served
daemon_stop
