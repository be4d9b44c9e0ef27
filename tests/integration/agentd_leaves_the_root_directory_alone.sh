#!/usr/bin/env bash
#
# A daemon that gives up over a wrong option, before it has a private directory, removes nothing: not the
# files of those names in the root directory, even run by root.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin
unshare --map-root-user --mount true 2>/dev/null || skip 'no namespaces here'

ssh-keygen -q -t ed25519 -N '' -f a.pem
mkdir root
# shellcheck disable=SC2016 # for the inner shell
unshare --map-root-user --mount bash -euc '
	mount -t tmpfs tmpfs root
	cp -a /bin /lib /lib64 root/ 2>/dev/null || true
	mkdir root/usr root/dev root/proc root/build root/ids
	mount --rbind /usr root/usr
	mount --rbind /dev root/dev
	mount --rbind /proc root/proc
	mount --bind "$BUILD_DIR" root/build
	cp a.pem root/
	touch root/lock
	status=0
	chroot root /build/agentd/ssh-forward-agentd --key a=/a.pem --listen nonsense || status=$?
	[ "$status" -eq 1 ]
	[ -e root/lock ]
	[ -d root/ids ]
' 2>error.log || fail "$(cat error.log)"
expect_line error.log '^ssh-forward-agentd: --listen nonsense: this is neither'
