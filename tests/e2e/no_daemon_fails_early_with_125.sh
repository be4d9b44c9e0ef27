#!/usr/bin/env bash
#
# Without a daemon the step fails at once, the command is not run, and the error tells what was tried.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

readonly AT_ONCE_S=8 # --wait is 3 by default; the rest is the container's start
before=$SECONDS
status=0
container sfa-e2e ssh-shim -- echo 'the command ran' >refused.log 2>&1 || status=$?

expect_equal "$status" 125 'exit status'
[ $((SECONDS - before)) -le "$AT_ONCE_S" ] || fail 'it took too long'
expect_words refused.log 'ssh-shim:' "$ENGINE_GATEWAY:2522" host.docker.internal
! grep -q '^the command ran' refused.log || fail 'the command was run'
