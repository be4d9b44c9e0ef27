#!/usr/bin/env bash
#
# A certificate beside a key file logs in where only the certificate's authority is known.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make host.key
host_make host "HostKey $PWD/host.key"
host_known host host.key.pub
key_make ca
cp ca.pub ca_keys
key_make ed25519
key_make rsa -t rsa -b 2048
key_make ecdsa -t ecdsa
for key in ed25519 rsa ecdsa; do
	ssh-keygen -q -s ca -I someone -n "$(id -un)" "$key.pub"
done
daemon --key ed25519=./ed25519 --key rsa=./rsa --key ecdsa=./ecdsa

for key in ed25519 rsa ecdsa; do
	shim_status --id "$key" -- "$SSH" host true
	expect_status 0
done
daemon_stop
