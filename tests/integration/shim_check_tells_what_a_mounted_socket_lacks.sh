#!/usr/bin/env bash
#
# --check behind a mounted socket: its keys; that nothing else comes through it; and of a target what follows
# from that: where it is, and whether the image knows its host key. Status 1 where a command would not get
# what it needs.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

echo content >file
echo 'git.test ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f' >hosts
printf '[id projecta]\nrepo = git.test/org/a\n' >config
real --secret id=npmrc,src=file --known-hosts hosts --config config
unset SSH_SHIM_TOKEN
CONNECT=unix:$DAEMON_RUNTIME_DIR/ssh-forward-agentd

shim_status --check
expect_status 0
expect_line out.log "^daemon: .*/ssh-forward-agentd"
expect_line out.log '^  key: SHA256:[^ ]* the-key$'
expect_line out.log '^a mounted socket brings keys alone: no host keys, no choice of keys by repository, no secrets$'

shim_status --check git@git.test:org/a.git
expect_status 1
expect_line out.log '^for git@git\.test:org/a\.git: git\.test port 22$'
expect_line error.log '^ssh-shim: no host key of git\.test is known, .* over TCP'
expect_no_line out.log 'id: .*by the repository'

shim_status --check --secret npmrc
expect_status 1
expect_line error.log '^ssh-shim: the secret "npmrc" does not come through a mounted socket, .* over TCP'
shim_status --check --secret npmrc,required=false
expect_status 0
expect_line out.log '^not required: the secret "npmrc" does not come'

# The image's own host key is as good. Root's ~ is nothing to write to: a mount of one's own has it.
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p etc-ssh
	cp hosts etc-ssh/ssh_known_hosts
	STATUS=0
	# shellcheck disable=SC2016
	unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/ssh && exec "$@"' "$PWD/etc-ssh" \
		"$SHIM" --connect "$CONNECT" --check git@git.test:org/a.git >out.log 2>error.log || STATUS=$?
	expect_status 0
	expect_line out.log '^  host key: SHA256:[^ ]*, of /etc/ssh/ssh_known_hosts$'
fi

ssh-agent -D -a "$PWD/empty.sock" >/dev/null 2>&1 &
until [ -S empty.sock ]; do sleep 0.02; done
CONNECT=unix:$PWD/empty.sock shim_status --check
expect_status 1
expect_line error.log '^ssh-shim: the socket offers no key'
daemon_stop
