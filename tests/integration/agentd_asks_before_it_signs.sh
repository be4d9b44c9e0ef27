#!/usr/bin/env bash
#
# confirm: nothing is signed before someone at the host says yes; no, a crash and silence are failures that the
# log explains; others go on meanwhile; a prompt goes with whoever waited for it, and with the daemon.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >confirm <<'END'
#!/bin/sh
echo $$ >>"$HOME/prompts"
printf '%s\n' "$1" "$SSH_ASKPASS_PROMPT" >>"$HOME/questions"
case $(cat "$HOME/answer") in
yes) exit 0 ;;
no) exit 1 ;;
crash) kill -SEGV $$ ;;
hang) exec sleep 1000 ;;
esac
END
chmod 700 confirm
touch prompts
key_make a.pem
key_make b.pem
printf '%s\n' '[id a]' "key = $PWD/a.pem" 'confirm = yes' '[id b]' "key = $PWD/b.pem" >config
HOME=$PWD SSH_ASKPASS=$PWD/confirm agentd --config config --limit confirm-seconds=2 --audit-log audit.log

ask()
{
	echo "$1" >answer
	[ "$(ssh_peer sign a 200)" = "$2" ] || fail "the answer $1 gives no '$2'"
}

ask yes '1 14'
daemon_await_log 'signed id=a '
grep -q '^confirm$' questions || fail 'SSH_ASKPASS_PROMPT is not set'
grep -qE '^Build: 127\.0\.0\.1:[0-9]+, token run$' questions || fail "$(cat questions)"
grep -qF "Key: $(ssh-keygen -lf a.pem.pub | cut -d ' ' -f 2)" questions || fail 'no key is named'
ask no '1 5'
daemon_await_log 'refused kind=sign id=a .*: whoever was asked to confirm it said no'
ask crash '1 5'
daemon_await_log 'refused kind=sign id=a .*: the program of SSH_ASKPASS crashed'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'a list is to be confirmed, too'
[ "$(wc -l <prompts)" -eq 3 ] || fail 'not three prompts'

# Silence; and what is not to be confirmed goes on.
echo hang >answer
ssh_peer sign a 200 >late.log &
client=$!
await_lines 4 prompts .
expect_served b
wait "$client"
expect_output '1 5' late.log
daemon_await_log 'nobody confirmed it in time'
await_end "$(tail -n 1 prompts)"

# Over a Unix socket as well; who leaves takes the prompt along.
"$RAW_AGENT" "$(id_socket a)" sign 200 >gone.log 2>&1 &
client=$!
await_lines 5 prompts .
grep -qE '^Build: uid=[0-9]+,pid=[0-9]+, token -$' questions || fail 'a local process is not named'
kill -KILL "$client"
wait "$client" || true
await_end "$(tail -n 1 prompts)"
[ "$(grep -c 'nobody confirmed it in time' "$DAEMON_LOG")" -eq 1 ] || fail 'the prompt outlived who asked'

# Two links, two prompts; the end of the daemon is their end.
ssh_peer sign a 200 >one.log 2>&1 &
ssh_peer sign a 200 >two.log 2>&1 &
await_lines 7 prompts .
daemon_stop
expect_output '1 5' one.log
expect_output '1 5' two.log
await_end "$(tail -n 1 prompts)"
await_end "$(tail -n 2 prompts | head -n 1)"

# Each answer is on record, with what was asked; of the prompt that nobody waited for there is none.
key=$(ssh-keygen -lf a.pem.pub | cut -d ' ' -f 2)
for answer in yes:1 no:1 none:3 time-out:1; do
	"$JSON_LINES" audit audit.log event=confirmation "answer=${answer%:*}" id=a kind=sign token=run \
		"key=$key" host=null verified=false requests=1 >answers
	[ "$(wc -l <answers)" -eq "${answer#*:}" ] || fail "not $answer on record: $(cat audit.log)"
done

SSH_ASKPASS='' agentd --config config
daemon_await_log 'id "a" is to be confirmed, but SSH_ASKPASS is not set'
[ "$(ssh_peer sign a 200)" = '1 5' ] || fail 'signed, although nobody can be asked'
daemon_await_log 'nobody can be asked: SSH_ASKPASS is not set'
daemon_stop
