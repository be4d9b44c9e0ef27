#!/usr/bin/env bash
#
# A hundred agent connections at the same time through one shim: every one gets its answer.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

container --env SSH_SHIM_TOKEN sfa-e2e-sanitized ssh-shim -- \
	sh -c 'seq 100 | xargs -P 100 -I {} ssh-add -L' >answers 2>connections.log ||
	fail 'one was not answered'
expect_equal "$(grep -cxF "$(cat a.pem.pub)" answers)" 100 'answers'
daemon_stop
