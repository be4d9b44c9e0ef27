#!/usr/bin/env bash
#
# The loaded keeper of an ordinary user has locked its memory, can dump no core and not be looked
# into by other processes of that user, can gain no privileges, runs under a filter, and has only
# five descriptors.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_root
need_program setpriv

status_of()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$keeper_pid/status"
}

ssh-keygen -q -t ed25519 -N '' -f key
cp "$BUILD_DIR/tests/support/keeper_host_plain" host
chown -R nobody .
chmod 755 .
ulimit -l 8192 || skip "not even 8 MiB of memory may be locked"
mkfifo ready
setpriv --reuid=nobody --regid=nogroup --clear-groups \
	./host agent.sock id=key >ready 2>log &
front_pid=$!
read -r _ keeper_pid <ready || fail "the keeper did not start: $(cat log)"

[ "$(stat -c %U "/proc/$front_pid/mem")" = nobody ] || fail 'control: the front is not dumpable'
[ "$(stat -c %U "/proc/$keeper_pid/mem")" = root ] || fail 'its memory is open to its user'
[ "$(status_of NoNewPrivs)" = 1 ] || fail 'it may gain privileges'
[ "$(status_of Seccomp)" = 2 ] || fail 'it has no filter'
[ "$(status_of VmLck)" != '0 kB' ] || fail "nothing is locked: $(cat log)"
grep -q '^Max core file size *0 *0 ' "/proc/$keeper_pid/limits" || fail 'it may dump core'
descriptors=$(cd "/proc/$keeper_pid/fd" && for fd in *; do echo "$fd $(readlink "$fd")"; done)
expected='0 /dev/null
1 /dev/null
2 '$(pwd)'/log
3 socket:*
4 anon_inode:?eventpoll?'
# shellcheck disable=SC2053 # a pattern
[[ $descriptors == $expected ]] || fail "unexpected descriptors: $descriptors"
