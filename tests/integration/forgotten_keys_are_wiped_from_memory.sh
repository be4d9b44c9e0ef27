#!/usr/bin/env bash
#
# Once told to forget its keys, the keeper has no half of any of their secret numbers left.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_root

# Not the start of a secret: freed memory is the first to be overwritten there.
openssl genpkey -algorithm ed25519 -out pkcs8
openssl pkey -in pkcs8 -outform DER | tail -c 16 >seed
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa 2>/dev/null
openssl pkey -in rsa -noout -text | awk '$0 == "prime1:" { on = 1; next } /^[^ ]/ { on = 0 } on' |
	tr -d ' :\n' | sed 's/^00//' | unhex | tail -c 64 >prime
reverse_bytes prime >prime.reversed

start_keeper id=pkcs8,rsa
holds "$keeper_pid" seed || fail "control: the keeper does not hold the seed"
holds "$keeper_pid" prime.reversed || fail "control: the keeper does not hold the prime"

kill -USR1 "$front_pid"
# The order and this connection go the same way, one behind the other; a list that was asked for
# before the signal arrived is asked for again.
while ssh-add -l >/dev/null; do :; done

for secret in seed prime prime.reversed; do
	! holds "$keeper_pid" "$secret" || fail "the keeper still holds the $secret"
done
