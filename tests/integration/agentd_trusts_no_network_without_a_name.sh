#!/usr/bin/env bash
#
# --trust-network without a named interface does not start: neither for all addresses, nor one
# address, nor the bridges found, nor sockets alone. The message says what to do.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
mkdir -m 700 run
export XDG_RUNTIME_DIR=$PWD/run
for listen in 0.0.0.0 0.0.0.0:0 '[::]' 127.0.0.1 172.17.0.1:2522 auto unix:"$PWD/s" ''; do
	status=0
	"$SFA_AGENTD" --key a=./a.pem --trust-network ${listen:+--listen "$listen"} \
		>out.log 2>error.log || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status: --listen $listen"
	expect_line error.log '^ssh-forward-agentd: .*--trust-network .*--listen'
	[ ! -s out.log ] || fail "it started: $listen"
done
