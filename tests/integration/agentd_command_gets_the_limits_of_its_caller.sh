#!/usr/bin/env bash
#
# The command behind "--" has the same resource limits as without the daemon, which needs others.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

ulimit -Sn 512
ulimit -Sc 0 # so that the hard one is what tells
ssh-keygen -q -t ed25519 -N '' -f a.pem
export XDG_RUNTIME_DIR=$PWD
prlimit --noheadings >without
"$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 -- prlimit --noheadings >with 2>error.log
diff without with || fail 'they differ'
