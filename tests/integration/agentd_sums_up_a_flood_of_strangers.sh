#!/usr/bin/env bash
#
# Hundreds of strangers who connect and leave again make a few lines in the log, and one that counts the
# rest.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$DAEMON_LOG")
for _ in {1..300}; do
	exec {stranger}<>"/dev/tcp/127.0.0.1/$port"
	exec {stranger}>&-
done
# A second later the next one tells of them.
until grep -q ' more lines about refusals and lost connections were left out$' "$DAEMON_LOG"; do
	[ "$SECONDS" -lt 30 ] || fail 'they were not summed up'
	exec {stranger}<>"/dev/tcp/127.0.0.1/$port"
	exec {stranger}>&-
done
lines=$(grep -c 'link ended' "$DAEMON_LOG")
[ "$lines" -le $((10 * (SECONDS + 1))) ] || fail "$lines lines"
daemon_stop
