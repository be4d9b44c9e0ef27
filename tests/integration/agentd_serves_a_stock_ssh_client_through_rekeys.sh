#!/usr/bin/env bash
#
# A stock OpenSSH client is a shim: ssh -N -L with the token as password, which exchanges keys again
# after every 16 KiB, carries ten connections that sign without a pause.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >askpass <<'END'
#!/bin/sh
echo "$SSH_SHIM_TOKEN"
END
chmod +x askpass
key_make a.pem
agentd --key projecta=./a.pem

SSH_ASKPASS=$PWD/askpass SSH_ASKPASS_REQUIRE=force ssh -F none -N -L "$PWD/agent.sock:projecta:1" \
	-p "$PORT" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o PreferredAuthentications=password -o ExitOnForwardFailure=yes -o RekeyLimit=16K \
	-o StreamLocalBindMask=0177 -v build@127.0.0.1 >ssh.log 2>&1 &
ssh_pid=$!
await_line ssh.log 'Entering interactive session'
SSH_AUTH_SOCK=$PWD/agent.sock agent_load --connections 10 --requests 2000 --data-len 500 >load.log
[ "$(grep -c 'rekeying in progress\|set_newkeys: rekeying' ssh.log)" -ge 10 ] ||
	fail 'keys were not exchanged again'
kill "$ssh_pid"
daemon_stop
