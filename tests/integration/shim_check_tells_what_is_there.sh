#!/usr/bin/env bash
#
# --check: status 0 with the daemon, its host key and its keys; 1 if the daemon refuses; 2 without one.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f'
printf '%s\n' "example.org,10.0.0.1 $key" "@revoked * $key" >hosts
printf '[id projecta]\nrepo = github.com/org/a, github.com/b/*\n' >config
real --known-hosts hosts --config config
shim_status --check
expect_status 0
expect_line out.log '^host key: SHA256:.*, the one in the token$'
expect_line out.log '^daemon: 127\.0\.0\.1:[0-9]* \(as told by --connect or SSH_SHIM_CONNECT\)$'
expect_line out.log '^token: '
expect_line out.log '^id: projecta \(keys\) ok$'
expect_line out.log '^  key: SHA256:.* ssh-ed25519 256 the-key$'
expect_line out.log '^repository: github\.com/b/\*, keys of projecta$'
expect_line out.log '^host key of example\.org,10\.0\.0\.1: SHA256:[^ ]*$'
expect_line out.log '^host key of \*: SHA256:.* \(revoked\)$'
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
