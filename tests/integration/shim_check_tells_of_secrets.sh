#!/usr/bin/env bash
#
# --check with --secret: status 1, and why, where a command would not get it; one that is not required is told of.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

mkdir tree
echo content >file
echo later >gone
real --secret id=npmrc,src=file --secret id=tree,src=tree --secret id=gone,src=gone
rm gone
shim_status --check --secret npmrc --secret npmrc,env=NPMRC --secret tree,target=/a
expect_status 0
[ ! -s error.log ] || fail "it said: $(cat error.log)"

shim_status --check --secret npmrc --secret pip --secret other
expect_status 1
expect_line error.log '^ssh-shim: the secret "pip" is not offered here; offered: .*npmrc'
expect_line error.log '^ssh-shim: the secret "other" is not offered here'
shim_status --check --secret gone
expect_status 1
expect_line error.log '^ssh-shim: the secret "gone" is unavailable: '
shim_status --check --secret tree,env=TREE
expect_status 1
expect_line error.log '"tree" is a directory, which no variable can hold'

shim_status --check --secret pip,required=false
expect_status 0
expect_line out.log '^not required: the secret "pip" is not offered here'
daemon_stop
