#!/usr/bin/env bash
#
# An encrypted key's passphrase is asked for on the terminal, is not echoed, and may be typed again
# after a wrong one.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_program script

ssh-keygen -q -t ed25519 -a 1 -N 'open sesame' -f key
seen=
unset SSH_ASKPASS_REQUIRE
coproc terminal {
	script -q -e -c "'$BUILD_DIR/tests/support/keeper_host_plain' '$workspace/agent.sock' id=key" /dev/null
}
expect_on_terminal 'Enter passphrase for key: '
printf 'open barley\n' >&"${terminal[1]}"
expect_on_terminal 'try again for key: '
printf 'open sesame\n' >&"${terminal[1]}"
expect_on_terminal 'ready '
[[ $seen != *barley* && $seen != *sesame* ]] || fail "a passphrase was echoed: $seen"
SSH_AUTH_SOCK=$workspace/agent.sock ssh-add -l >/dev/null || fail "the key is not offered"
printf '\003' >&"${terminal[1]}" # Ctrl-C ends the front
# shellcheck disable=SC2154 # coproc sets it
wait "$terminal_PID" || true
