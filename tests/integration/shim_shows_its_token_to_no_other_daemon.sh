#!/usr/bin/env bash
#
# Who answers with another host key than the token's gets no token, and the shim says why it stopped.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --other-pin

shim_status -- echo 'the command ran'

expect_status 125
expect_line error.log 'another daemon.*SHA256:'
expect_no_line out.log 'the command ran'
fake_says_nothing
