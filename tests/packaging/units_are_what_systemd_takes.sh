#!/usr/bin/env bash
#
# systemd has nothing to say against the user units.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."
need_program systemd-analyze

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp -- packaging/systemd/ssh-forward-agentd.socket "$work"
# Its program and man pages are where this build has them.
sed "s,@CMAKE_INSTALL_FULL_BINDIR@,$BUILD_DIR/agentd," packaging/systemd/ssh-forward-agentd.service.in \
	>"$work/ssh-forward-agentd.service"
mkdir -m 700 "$work/run"

verify()
{
	XDG_RUNTIME_DIR=$work/run systemd-analyze verify --user --man=no "$work"/ssh-forward-agentd.{socket,service} 2>&1
}

said=$(verify) || fail "systemd-analyze: $said"
[ -z "$said" ] || fail "systemd-analyze: $said"
# It does look.
echo 'NoSuchSetting=yes' >>"$work/ssh-forward-agentd.service"
said=$(verify) || true
grep -q NoSuchSetting <<<"$said" || fail 'systemd-analyze looks at nothing'
