#!/usr/bin/env bash
#
# SIGHUP reloads; but a terminal that closes takes the daemon that was started on it along.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
cat >on_terminal.py <<'END'
"""Runs its arguments on a terminal of their own; ends, and so closes it, when its stdin ends."""
import os
import sys

pid, terminal = os.forkpty()
if pid == 0:
    log = os.open('log', os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    os.execv(sys.argv[1], sys.argv[1:])
print(pid, flush=True)
sys.stdin.read()
END
mkdir -m 700 run
mkfifo stdin
XDG_RUNTIME_DIR=$PWD/run XDG_CONFIG_HOME=$PWD /usr/bin/python3 on_terminal.py \
	"$SFA_AGENTD" --listen 127.0.0.1:0 --key a=a.pem <stdin >pid.log &
exec {stdin}>stdin
await_line pid.log '^[0-9]+$'
pid=$(cat pid.log)
await_line log 'offering id=a'
kill -HUP "$pid"
await_line log ': reloaded$'
exec {stdin}>&-
await_end "$pid"
[ ! -e run/ssh-forward-agentd ] || fail 'it did not end in order'
