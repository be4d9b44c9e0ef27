#!/usr/bin/env bash
#
# All that the shim reads is what it is told to, the kernel's files, and those that name hosts: no
# configuration of OpenSSL or ssh, no locale, no user database. The daemon likewise.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
. "$(dirname "$0")/../support/release.sh"
shim_begin
need_program strace busybox

opened()
{
	sed -nE 's/.*(open|openat|openat2|execve|readlink|access|stat|newfstatat|statx)\(([A-Z_0-9]+, )?"([^"]+)".*/\3/p' \
		"$@" | sort -u
}

# What a name makes c-ares read, and where the socket is made.
readonly EXPECTED='^(/etc/(hosts|resolv\.conf|nsswitch\.conf|host\.conf)|/proc/(self|net|sys|[0-9]+)/.*|/dev/(shm|null|tty|urandom)(/.*)?|/sys/.*|\.|ssh-shim\..*|agent\.sock|bin|ids|secrets|/run(/.*)?)$'

release_daemons
real
LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 OPENSSL_CONF=/etc/ssl/openssl.cnf HOME=/root \
	strace -o trace -e trace=file \
	"$SFA_RELEASE_DIR/release/shim/ssh-shim" --connect localhost -- true >out.log 2>error.log ||
	fail 'the shim failed'
grep -q '/etc/hosts' trace || fail 'strace saw nothing'
opened trace | grep -vE "$EXPECTED" | grep -vE "^$SFA_RELEASE_DIR/|/true\$" >others || true
[ ! -s others ] || fail "the shim reads: $(cat others)"
daemon_stop

SSH_AUTH_SOCK=/nowhere timeout 10 strace -f -o trace -e trace=file "$SFA_AGENTD" \
	--key projecta=./a.pem --listen 127.0.0.1:0 -- busybox true >out.log 2>error.log ||
	fail 'the daemon failed'
grep -q 'a\.pem' trace || fail 'strace saw nothing'
opened trace | grep -vE "$EXPECTED" |
	grep -vE "^$SFA_RELEASE_DIR/|/busybox\$|known_hosts2?$|^\.\.$|^(control|projecta)\.sock\$|^lock\$|^\./a\.pem(-cert)?(\.pub)?\$|ssh-forward-agentd" >others || true
[ ! -s others ] || fail "the daemon reads: $(cat others)"
