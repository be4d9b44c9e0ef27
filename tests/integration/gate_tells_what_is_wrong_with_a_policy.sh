#!/usr/bin/env bash
#
# A policy with a host, a key or a known_hosts file that is none ends the daemon's start, and -t,
# with the reason.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make key

# expect_told REASON DAEMON-LINE ID-LINE...
expect_told()
{
	local reason=$1 status

	{
		printf '[daemon]\n%s\n[id default]\nkey = %s\n' "$2" "$PWD/key"
		printf '%s\n' "${@:3}"
	} >config
	for test in '' -t; do
		status=0
		"$SFA_AGENTD" --config config ${test:+"$test"} --listen 127.0.0.1:0 >out.log 2>error.log ||
			status=$?
		[ "$status" -ne 0 ] || fail "taken: $(cat config)"
		expect_line error.log "$reason"
	done
}

expect_told 'config:3: \[id default\]: host: bad:0: no host is called that' '' 'host = github.com, bad:0'
expect_told 'config:3: \[id default\]: only-keys: SHA256:short: neither a fingerprint' '' 'only-keys = SHA256:short'
expect_told 'config:3: \[id default\]: only-keys: /nowhere.pub: No such file' '' 'only-keys = /nowhere.pub'
expect_told "key: holds no public key; name the .pub file" '' "only-keys = $PWD/key"
expect_told '/nowhere cannot be read: No such file' 'known-hosts = /nowhere'

# A host without a line is worth a warning, and no more.
printf '[id default]\nkey = %s\nhost = unknown.example.com\n' "$PWD/key" >config
: >known
"$SFA_AGENTD" --config config --known-hosts known -t 2>error.log || fail "refused: $(cat error.log)"
expect_line error.log 'host=unknown.example.com: no known_hosts file has a key of it'
