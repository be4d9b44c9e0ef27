#!/usr/bin/env bash
#
# --audit best-effort: a full file system stops no signature; what is written later is whole, and says
# what is missing.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
[ "$(id -u)" -eq 0 ] || skip 'only root can mount a small tmpfs'
[ "${1:-}" = inside ] || exec unshare -m "$0" inside
agentd_begin

mkdir disk
mount -t tmpfs -o size=64k tmpfs disk
key_make a.pem
agentd --key a=./a.pem --audit-log disk/audit.log
[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'no signature'
head -c 1M /dev/zero >disk/filler 2>/dev/null || true
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'no signature while the file system is full'
done
daemon_await_log 'the audit log disk/audit.log cannot be written: No space left on device; keys are used'
rm disk/filler
daemon_await_log 'the audit log disk/audit.log is written again'
daemon_stop
[ "$("$JSON_LINES" audit disk/audit.log verdict=signed | wc -l)" -eq 13 ] ||
	fail "lines are missing: $(cat disk/audit.log)"
umount disk
