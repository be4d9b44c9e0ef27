#!/usr/bin/env bash
#
# What a real ssh sends to an agent passes the gate, with every kind of host key and with host
# certificates; with one byte altered, or cut short, it does not.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

record_start()
{
	local word

	mkfifo recorder
	"$BUILD_DIR/tests/support/record_agent" "$PWD/recorder.sock" "$AGENT" record >recorder &
	read -r -t "$SHIM_DEADLINE_S" word <recorder || fail 'record_agent did not start'
	[ "$word" = ready ] || fail "record_agent: $word"
}

# expect_probed HOST HOST-KEY-TYPE [SSH OPTION...]
expect_probed()
{
	local host=$1 type=$2

	shift 2
	: >record
	SSH_AUTH_SOCK=$PWD/recorder.sock "$SSH" "$@" "$host" true || fail "no login on $host"
	"$BUILD_DIR/tests/support/gate_probe" record >probe.log || fail "the gate fails for $host"
	expect_line probe.log "^session-bind $type refused=[1-9]"
	expect_line probe.log '^login host-bound ssh-ed25519 refused=[1-9]'
}

key_make user
cp user.pub authorized_keys
agent_start user
record_start
key_make ca

for kind in ed25519 ecdsa-256 ecdsa-384 ecdsa-521 rsa-2048; do
	if [ "$kind" = ed25519 ]; then
		key_make "$kind"
	else
		key_make "$kind" -t "${kind%-*}" -b "${kind#*-}"
	fi
	type=$(cut -d ' ' -f 1 "$kind.pub")
	host_make "plain-$kind" "HostKey $PWD/$kind"
	host_known "plain-$kind" "$kind.pub"
	expect_probed "plain-$kind" "$type"

	ssh-keygen -q -s ca -h -I host -n "certified-$kind" "$kind.pub"
	host_make "certified-$kind" "HostKey $PWD/$kind" "HostCertificate $PWD/$kind-cert.pub"
	printf '@cert-authority certified-%s %s\n' "$kind" "$(cat ca.pub)" >>known_hosts
	expect_probed "certified-$kind" "$type-cert-v01@openssh.com"
done
expect_probed plain-rsa-2048 ssh-rsa -o HostKeyAlgorithms=rsa-sha2-256
