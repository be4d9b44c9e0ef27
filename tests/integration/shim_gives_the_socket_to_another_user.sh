#!/usr/bin/env bash
#
# --owner: a command that drops privileges reaches the agent; another user still does not.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

[ "$(id -u)" -eq 0 ] || skip 'only root can give a socket away'
real
probe=(ssh-add -l)

shim_status --owner 65533 -- setpriv --reuid=65533 --clear-groups "${probe[@]}"
expect_status 0
expect_line out.log the-key
shim_status -- setpriv --reuid=65533 --clear-groups "${probe[@]}"
expect_status 2
shim_status --owner 65533 -- setpriv --reuid=65532 --clear-groups "${probe[@]}"
expect_status 2
shim_status --mode 0666 -- setpriv --reuid=65532 --clear-groups "${probe[@]}"
expect_status 0
daemon_stop
