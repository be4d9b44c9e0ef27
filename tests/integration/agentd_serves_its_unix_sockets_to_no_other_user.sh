#!/usr/bin/env bash
#
# A Unix socket that others may connect to, as mounted ones can be, serves its owner and root all the same:
# others are refused, and it is on record.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin
[ "$(id -u)" -eq 0 ] || skip 'only root can be another user'
need_program setpriv

list_as()
{
	SSH_AUTH_SOCK=$PWD/open.sock setpriv --reuid="$1" --clear-groups ssh-add -l
}

key_make a.pem
chmod 711 .
agentd --key a=./a.pem --listen "unix:$PWD/open.sock" --audit-log audit.log
chmod 666 open.sock

list_as 0 | grep a.pem >/dev/null || fail 'its owner is not served'
! list_as 65533 >out.log 2>&1 || fail "another user is served: $(cat out.log)"
daemon_await_log 'connection refused peer=uid=65533,pid=[0-9]+ id=a: the socket serves its owner and root'
[ "$("$JSON_LINES" audit audit.log event=connection-refused | wc -l)" -eq 1 ] || fail 'it is not on record'
list_as 0 | grep a.pem >/dev/null || fail 'its owner is not served any more'
daemon_stop
