#!/usr/bin/env bash
#
# scp, sftp and rsync log in, strictly, with keys of hosts that only the daemon knows.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
e2e_begin
forge_begin

forge_user user.pem
daemon --key default=./user.pem --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
cat >script <<END
set -e
rm /etc/ssh/ssh_known_hosts
mkdir -p ~/.ssh
printf 'StrictHostKeyChecking yes\nBatchMode yes\n' >~/.ssh/config
echo by-scp >scp.txt
scp -q scp.txt $FORGE:
scp -q $FORGE:scp.txt back.txt
cat back.txt
scp -q -O $FORGE:scp.txt old.txt
cat old.txt
echo by-sftp >sftp.txt
echo 'put sftp.txt' | sftp -q -b - $FORGE >/dev/null
ssh $FORGE cat sftp.txt
mkdir tree
echo by-rsync >tree/rsync.txt
rsync -a tree $FORGE:
rsync -a $FORGE:tree/ there
cat there/rsync.txt
END
container --env SSH_SHIM_TOKEN --volume "$PWD/script:/script:ro" sfa-e2e \
	ssh-shim -- sh /script >out.log 2>copy.log || fail 'could not copy'
expect_equal "$(cat out.log)" $'by-scp\nby-scp\nby-sftp\nby-rsync' 'what was copied'
daemon_stop
