#!/usr/bin/env bash
#
# `make demo` shows the main job where no Docker engine can run, and says what it uses instead.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"

[ "$(id -u)" -eq 0 ] || skip 'the demo would ask for a password (sudo)'
top=$(cd "$(dirname "$0")/../.." && pwd)
said=$(SFA_DEMO_BUILD=$SFA_RELEASE SFA_DEMO_SANDBOX=1 "$top/scripts/demo" </dev/null)
printf '%s\n' "$said"

[ "$(wc -l <<<"$said")" -lt 25 ] || fail 'too many lines'
for words in 'engine      none' '--key projecta=./a.pem' 'RUN ssh-shim -- git clone git@' \
	'only for those who hold the key' 'key         in none of'; do
	grep -qF -- "$words" <<<"$said" || fail "it does not say: $words"
done
