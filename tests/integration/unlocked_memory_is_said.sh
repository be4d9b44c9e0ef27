#!/usr/bin/env bash
#
# Where the limit does not allow to lock the keys in memory, the keeper says so, and how to change it;
# it works all the same.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_root # to become a user without CAP_IPC_LOCK
need_program setpriv

ssh-keygen -q -t ed25519 -N '' -f key
cp "$BUILD_DIR/tests/support/keeper_host_plain" host
chown -R nobody .
chmod 755 .
mkfifo ready
ulimit -l 0
setpriv --reuid=nobody --regid=nogroup --clear-groups \
	./host agent.sock id=key >ready 2>log &
front_pid=$!
read -r _ _ <ready || fail "the keeper did not start: $(cat log)"

grep -q 'not locked in memory.*ulimit -l' log || fail "it says only: $(cat log)"
SSH_AUTH_SOCK=./agent.sock ssh-add -l >/dev/null || fail 'it does not serve'
