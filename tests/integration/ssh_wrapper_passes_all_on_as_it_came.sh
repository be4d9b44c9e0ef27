#!/usr/bin/env bash
#
# The ssh of the shim adds one option and passes on everything else: words, standard input, exit
# status, signals, the terminal, closed descriptors. Questions about ssh itself get no option at all.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
need_program script
fake --line 'known-host example.org ssh-ed25519 AAAA'

known_hosts='-oGlobalKnownHostsFile=/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2 /*'

shim_status -- ssh -4 -p 22 -o 'User=a b' git@example.org "git-upload-pack 'a  b'" '' '*'
expect_status 42
[[ $(word_of ssh 1) == *' '/*/ssh-shim.*/known_hosts ]] || fail "not ours: $(word_of ssh 1)"
expect_called ssh "$known_hosts" -4 -p 22 -o 'User=a b' git@example.org "git-upload-pack 'a  b'" '' '*'
[ ! -s error.log ] || fail "it said: $(cat error.log)"

for question in -V '-G example.org' '-Q key' '-O check example.org' ''; do
	[ "$question" != '-G example.org' ] || continue # the fake asks the real one
	# shellcheck disable=SC2086
	shim_status -- ssh $question
	expect_status 42
	# shellcheck disable=SC2086
	set -- $question
	[ $# -gt 0 ] || set -- '' # printf's one empty line
	expect_called ssh "$@"
done

cat >image/ssh <<'END'
#!/bin/sh
case "$2" in
cat) cat; echo told >&2 ;;
die) kill -TERM $$ ;;
fds) ls /proc/self/fd ;;
hang) echo "$$" >hanging.new && mv hanging.new hanging && exec sleep 60 ;;
terminal) test -t 0 -a -t 1 -a -t 2 && ps -o pgid=,tpgid=,tty= -p $$ ;;
esac
END
[ "$(shim -- ssh cat <<<'said' 2>error.log)" = said ] || fail 'standard input or output is another'
expect_line error.log '^told$'
# shellcheck disable=SC2016
shim_status -- sh -c 'ssh die; echo $?'
expect_line out.log '^143$'
# It is one process with ssh, which gets what is sent to it.
# shellcheck disable=SC2016
shim_spawn -- sh -c 'ssh hang & pid=$!; until test -e hanging; do sleep 0.02; done
	test "$(cat hanging)" = $pid && kill -TERM $pid; wait $pid; echo "status $?"' >out.log 2>error.log &
wait $! || true
expect_line out.log '^status 143$'
# In the foreground of the terminal, which is that of the shim.
script -qec "'$SHIM' --connect '$CONNECT' -- ssh terminal" /dev/null </dev/null >out.log 2>error.log ||
	fail "no terminal: $(cat out.log)"
read -r group foreground terminal <<<"$(tr -d '\r' <out.log)"
[[ $group == "$foreground" && $terminal == pts/* ]] || fail "not in the foreground: $(cat out.log)"
# The descriptor of ls itself is the one more.
shim -- sh -c 'exec 0<&- 4<&- 5<&-; ssh fds' >out.log 2>error.log
sh -c 'exec 0<&- 4<&- 5<&-; image/ssh x fds' >expected.log 2>error.log
diff expected.log out.log || fail 'other descriptors are open'
