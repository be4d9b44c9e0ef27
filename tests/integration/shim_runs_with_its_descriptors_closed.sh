#!/usr/bin/env bash
#
# Started without stdin, stdout and stderr, the shim keeps its own files out of their numbers, and the
# command finds them closed as well.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real

STATUS=0
# shellcheck disable=SC2016
shim -- sh -c 'test ! -e /proc/self/fd/1 && ssh-add -l >keys.log' <&- >&- 2>&- || STATUS=$?

expect_status 0
expect_line keys.log the-key
daemon_stop
