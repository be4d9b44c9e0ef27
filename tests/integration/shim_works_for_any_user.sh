#!/usr/bin/env bash
#
# A shim that is not root, and is nobody that /etc/passwd knows, serves its command.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
real
cp "$SHIM" ./ssh-shim # the build directory may be closed to others
chmod 0755 . ssh-shim

STATUS=0
setpriv --reuid=54321 --regid=54321 --clear-groups \
	./ssh-shim --verbose --connect "$CONNECT" -- ssh-add -l >out.log 2>error.log || STATUS=$?

expect_status 0
expect_line out.log the-key
daemon_stop
