#!/usr/bin/env bash
#
# The process that starts the keeper never has a key's bytes in its memory, be the key from a file or
# from its own environment. The keeper, which has them, is the control.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_root

# number FIELD OUT: one secret number of the RSA key, big-endian, and reversed as OUT.reversed.
number()
{
	openssl pkey -in rsa -noout -text |
		awk -v field="$1:" '$0 == field { on = 1; next } /^[^ ]/ { on = 0 } on' |
		tr -d ' :\n' | sed 's/^00//' | unhex >"$2"
	[ "$(wc -c <"$2")" -ge 100 ] || fail "no $1 in the RSA key"
	reverse_bytes "$2" >"$2.reversed"
}

openssl genpkey -algorithm ed25519 -out ed25519
openssl pkey -in ed25519 -outform DER | tail -c 32 >seed
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa 2>/dev/null
number privateExponent d
number prime1 p
number prime2 q
ssh-keygen -q -t ed25519 -N '' -f variable
sed -n 2p ed25519 | tr -d '\n' >line-of-ed25519
sed -n 3p rsa | tr -d '\n' >line-of-rsa
sed -n 3p variable | tr -d '\n' >line-of-variable

KEY=$(cat variable) start_keeper id=ed25519,rsa,env:KEY
ssh-add -L >/dev/null
ssh-keygen -Y sign -f variable.pub -n file <seed >signature 2>/dev/null

for secret in seed d p q d.reversed p.reversed q.reversed line-of-*; do
	! holds "$front_pid" "$secret" || fail "the front holds $secret"
done
for secret in seed d.reversed p.reversed q.reversed; do
	holds "$keeper_pid" "$secret" || fail "control: the keeper does not hold $secret"
done
# What they were read from is gone from the keeper, too.
for secret in line-of-*; do
	! holds "$keeper_pid" "$secret" || fail "the keeper still holds $secret"
done
