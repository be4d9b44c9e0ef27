#!/usr/bin/env bash
#
# --audit required: a signature that was made, but whose line is the first that finds no room, does not leave; the build
# is told why, and the next one goes once there is room.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
need_program prlimit
agentd_begin

key_make a.pem
agentd --key a=./a.pem --audit-log audit.log --audit required

# The link and its lines come first; then only the signature's is left to write.
mkfifo go
# shellcheck disable=SC2016 # for the shim's shell
shim -- sh -c '"$0" - sign 200 >first; echo >asked; read -r _ <go; "$0" - sign 200 >second; echo >again; read -r _ <go; "$0" - sign 200 >third' \
	"$RAW_AGENT" 2>shim.log &
build=$!
exec {go}<>go
until [ -e asked ]; do sleep 0.02; done
[ "$(cat first)" = 14 ] || fail "no signature: $(cat first shim.log)"
signed=$("$JSON_LINES" audit audit.log verdict=signed | wc -l)
[ "$signed" -eq 1 ] || fail "not one line of a signature: $(cat audit.log)"

prlimit --pid "$DAEMON_PID" --fsize="$(($(stat -c %s audit.log) + 10)):unlimited"
echo >&"$go"
until [ -e again ]; do sleep 0.02; done
[ "$(cat second)" = 5 ] || fail "it left without its line: $(cat second)"
expect_line shim.log 'the audit log could not be written'
[ "$("$JSON_LINES" audit audit.log verdict=signed | wc -l)" -eq "$signed" ] || fail 'a line about what never left'

prlimit --pid "$DAEMON_PID" --fsize=unlimited
daemon_await_log 'the audit log audit.log is written again'
echo >&"$go"
wait "$build" || fail "the build failed: $(cat shim.log)"
[ "$(cat third)" = 14 ] || fail "no signature although there is room: $(cat third)"
daemon_stop
