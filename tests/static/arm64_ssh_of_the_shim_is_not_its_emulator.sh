#!/usr/bin/env bash
#
# The ssh of a shim for arm64, under an emulator, tells itself from the image's: /proc/self/exe, which
# would say so elsewhere, is the emulator there.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
. "$(dirname "$0")/../support/release.sh"
need_program qemu-aarch64-static
shim_begin

mkdir bin image
ln -s "$SFA_RELEASE_DIR/release-arm64/shim/ssh-shim" bin/ssh
echo 'example.org ssh-ed25519 AAAA' >known_hosts
# shellcheck disable=SC2016
printf '%s\n' '#!/bin/sh' 'printf "%s\n" "$@"' >image/ssh
chmod 755 image/ssh

PATH=$PWD/bin:$PWD/image:$PATH qemu-aarch64-static -0 ssh "$PWD/bin/ssh" example.org >out.log
expect_line out.log "^-oGlobalKnownHostsFile=.* $PWD/known_hosts\$"
expect_line out.log '^example\.org$'
