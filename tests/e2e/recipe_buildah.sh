#!/usr/bin/env bash
#
# The commands of docs/recipes/podman.md for root clone: Buildah as usual and with its chroot isolation, Podman,
# and a container of what Podman built; the key is in no layer.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/builders.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
builders_begin
page_read recipes/podman.md
page_dockerfile dockerfile

key_make a.pem
page_daemon start --key projecta=./a.pem --known-hosts "$GIT_SERVER_KNOWN_HOSTS"
builders_run_page as_root commands 3
git_server_saw_key a.pem.pub || fail 'another key opened the repository'
daemon_stop
