#!/usr/bin/env bash
#
# At most 5.5 MB stripped each, and 8 MB of memory while an agent connection is open.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
. "$(dirname "$0")/../support/release.sh"
shim_begin
readonly SIZE_MAX=5500000 RSS_MAX_KB=8192

memory_kb()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

while read -r program; do
	release_strip "$program" stripped
	size=$(stat -c %s stripped)
	echo "$program: $size bytes"
	[ "$size" -le "$SIZE_MAX" ] || fail "$program has $size bytes"
done < <(release_programs release)

release_daemons
real
mkfifo go
# shellcheck disable=SC2016
"$SFA_RELEASE_DIR/release/shim/ssh-shim" --connect "$CONNECT" -- \
	sh -c 'ssh-add -l && echo ready && read -r line <go' >out.log 2>error.log &
shim=$!
await_line out.log '^ready$'
keeper=$(pgrep --parent "$DAEMON_PID")
for pid in "$shim" "$DAEMON_PID" "$keeper"; do
	rss=$(memory_kb "$pid")
	echo "$(tr '\0' ' ' <"/proc/$pid/cmdline"): $rss KiB"
	if [ "$rss" -lt 500 ] || [ "$rss" -gt "$RSS_MAX_KB" ]; then
		fail "process $pid takes $rss KiB"
	fi
done
echo >go
wait "$shim" || fail 'the command failed'
daemon_stop
