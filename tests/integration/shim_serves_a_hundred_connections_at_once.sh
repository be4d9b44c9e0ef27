#!/usr/bin/env bash
#
# A hundred agent connections at once over one link, all answered.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real

shim_status -- "$AGENT_CLIENT" 100

expect_status 0
expect_line out.log '^100 12$'
daemon_stop
