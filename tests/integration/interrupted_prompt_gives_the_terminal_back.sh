#!/usr/bin/env bash
#
# Ctrl-C at the passphrase prompt ends the program, and the terminal echoes again.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_program script

ssh-keygen -q -t ed25519 -a 1 -N secret -f key
unset SSH_ASKPASS_REQUIRE
cat >session <<-END
	trap : INT
	'$BUILD_DIR/tests/support/keeper_host_plain' agent.sock id=key
	until stty -a | grep ' echo ' >/dev/null; do :; done
	echo it echoes
END
coproc terminal { script -q -e -c 'sh session' /dev/null; }
seen=
expect_on_terminal 'Enter passphrase for key: '
printf '\003' >&"${terminal[1]}"
expect_on_terminal 'it echoes'
