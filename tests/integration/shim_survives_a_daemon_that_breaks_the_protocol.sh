#!/usr/bin/env bash
#
# Replies that are empty, too long, doubled or cut make the request fail (5), never the shim.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

answered_with_failure()
{
	fake --reply "$1"
	shim_status -- "$AGENT_CLIENT" 3
	fake_kill
	expect_status 1
	expect_line out.log '^3 5$'
}

answered_with_failure 00000000         # no message type
answered_with_failure 00040001ff       # 256 KiB + 1
answered_with_failure ffffffffff       # 4 GiB
answered_with_failure 00000001050000   # the start of a second reply
fake --bad-offer
shim_status -- true
expect_status 125
expect_line error.log 'no offer that can be read'
