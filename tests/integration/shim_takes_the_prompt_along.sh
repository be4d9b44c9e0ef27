#!/usr/bin/env bash
#
# A program that is killed while someone is asked to confirm its signature takes the prompt along, through the shim as
# well; one that has only ended its side still gets its answer. The shim goes on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >confirm <<'END'
#!/bin/sh
echo $$ >>"$HOME/prompts"
until [ -e "$HOME/answer" ]; do sleep 0.02; done
END
chmod 700 confirm
touch prompts
key_make a.pem
key_make b.pem
printf '%s\n' '[id a]' "key = $PWD/a.pem" 'confirm = yes' >config
HOME=$PWD SSH_ASKPASS=$PWD/confirm agentd --config config

cat >build <<'END'
"$RAW_AGENT" - sign 200 >gone.log 2>&1 &
echo $! >asker
wait
"$RAW_AGENT" - last 200 >answered.log
"$RAW_AGENT" - sign 200 >after.log
END
export RAW_AGENT
shim -- sh ./build 2>shim.log &
build=$!
await_lines 1 prompts .
kill -KILL "$(cat asker)"
await_end "$(sed -n 1p prompts)"
await_lines 2 prompts .
touch answer
wait "$build"
expect_output 14 answered.log
expect_output 14 after.log
daemon_stop
