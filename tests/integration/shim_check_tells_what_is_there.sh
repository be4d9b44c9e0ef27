#!/usr/bin/env bash
#
# --check: status 0 with the daemon, its host key and its keys; 1 if the daemon refuses; 2 without one.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
shim_status --check
expect_status 0
expect_line out.log '^host key: SHA256:.*, the one in the token$'
expect_line out.log '^token: '
expect_line out.log '^id: projecta \(keys\) ok$'
expect_line out.log '^  key: SHA256:.* ssh-ed25519 256 the-key$'
shim_status --check --id other
expect_status 1
daemon_stop

fake --refuse 'go away'
shim_status --check
expect_status 1
expect_line error.log 'go away'
fake_kill
shim_status --check
expect_status 2
