#!/usr/bin/env bash
#
# A key file of another user ends the server with an error that says what to do.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
chown 4711 a.pem
status=0
container --volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key >server.log 2>&1 || status=$?
expect_equal "$status" 1 'exit status'
expect_words server.log /key 'may not be read' 'docker run --user' ssh-agent
