#!/usr/bin/env bash
#
# More agent connections than the daemon allows on a link: those over the limit fail, and the shim says
# so; the others are answered.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real --limit connections-per-link=8

shim_status -- "$AGENT_CLIENT" 12

expect_status 1
expect_line out.log '^8 12$'
expect_line out.log '^4 5$'
expect_line error.log '^ssh-shim: .* \(id "projecta"\): the daemon refuses another agent connection'
daemon_stop
