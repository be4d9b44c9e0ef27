#!/usr/bin/env bash
#
# Another user's program listens where ours should: the token it hands out, which would lead builds to a daemon
# of that user, is not taken.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin
[ "$(id -u)" = 0 ] || skip 'only root can be another user'

chmod 755 .
mkdir ssh-forward-agentd
chown nobody ssh-forward-agentd
mkfifo ready
chmod 666 ready
# shellcheck disable=SC2016 # for perl
setpriv --reuid nobody --clear-groups perl -MIO::Socket::UNIX -e '
	$door = IO::Socket::UNIX->new(Local => "ssh-forward-agentd/control.sock", Listen => 1) or die;
	open(my $ready, ">", "ready"); close($ready);
	$client = $door->accept; <$client>; print $client "ok sfa1_stolen\n";
' &
read -r _ <ready || true

STATUS=0
XDG_RUNTIME_DIR=$PWD "$SFA_AGENTD" token >out.log 2>error.log || STATUS=$?
expect_status 1
expect_no_line out.log sfa1_
expect_line error.log '^ssh-forward-agentd: whoever listens at .* is neither you nor root'
