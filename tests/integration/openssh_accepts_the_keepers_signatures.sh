#!/usr/bin/env bash
#
# ssh-keygen, as a client of the keeper, gets signatures that ssh-keygen verifies: with every type of
# key, and with a certificate.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"

assert_signs()
{
	rm -f message.sig
	ssh-keygen -q -Y sign -f "$1" -n file message 2>log || fail "no signature with $1: $(cat log)"
	ssh-keygen -q -Y check-novalidate -n file -s message.sig <message 2>log ||
		fail "wrong signature with $1: $(cat log)"
}

echo 'a message' >message
ssh-keygen -q -t ed25519 -N '' -f ca
ssh-keygen -q -t ed25519 -N '' -f ed25519
ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -f rsa
for bits in 256 384 521; do
	ssh-keygen -q -t ecdsa -b "$bits" -N '' -f "ecdsa$bits"
done
ssh-keygen -q -s ca -I someone -n someone rsa.pub ed25519.pub

start_keeper id=ed25519,rsa,ecdsa256,ecdsa384,ecdsa521
for key in ed25519 rsa ecdsa256 ecdsa384 ecdsa521; do
	mkdir "$key.only"
	cp "$key.pub" "$key.only/key.pub" # where no private half is, so that the agent must sign
	assert_signs "$key.only/key.pub"
done
[ "$(ssh-add -L | grep -c -e '-cert-v01@openssh.com')" = 2 ] || fail "the certificates are not offered"
for key in ed25519 rsa; do
	cp "$key-cert.pub" "$key.only/certificate.pub"
	assert_signs "$key.only/certificate.pub"
done
