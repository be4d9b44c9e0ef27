#!/usr/bin/env bash
#
# An id that is not offered, or none where several are and none is the default: the error lists them.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --ids projecta,projectb --default ''

shim_status --id other -- true
expect_status 125
expect_line error.log '^ssh-shim: id "other" is not offered here; offered: projecta, projectb$'
shim_status -- true
expect_status 125
expect_line error.log 'say which with --id, .*; offered: projecta, projectb$'
shim_status --id projectb -- "$AGENT_CLIENT"
expect_status 0
