#!/usr/bin/env bash
#
# Ten deploy keys for ten repositories, on a forge that takes any of them at login: one npm install
# gets them all, each with its own key, and no --id says which. With the same ten keys in a forwarded agent and nothing else, it
# gets none but the first key's. scripts/siege does it with 50 (LOAD_DEPENDENCIES).
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
e2e_begin
need_program npm
forge_begin

mapfile -t names < <(seq -f r%g "${LOAD_DEPENDENCIES:-10}")
# shellcheck disable=SC2034 # for daemon.sh
SFA_AGENTD=${LOAD_AGENTD:-$SFA_AGENTD}
forge_repository "${names[@]}"
mkdir app
{
	printf '{"name": "app", "version": "1.0.0", "dependencies": {'
	comma=''
	for name in "${names[@]}"; do
		printf '%s"%s": "git+ssh://%s/~/org/%s.git"' "$comma" "$name" "$FORGE" "$name"
		comma=', '
	done
	printf '}}\n'
} >app/package.json
for name in "${names[@]}"; do
	forge_key "$name.pem" "$name"
	printf '[id %s]\nkey = ./%s.pem\nrepo = %s/org/%s\n' "$name" "$name" "$GIT_SERVER_ADDRESS" "$name"
done >config

# A container with this machine's programs, node and npm among them.
npm_install()
{
	container --volume /usr:/usr:ro --volume "$SFA_SHIM:/ssh-shim:ro" --volume "$PWD/app:/app" \
		--workdir /app --env SSH_SHIM_TOKEN sfa-e2e /ssh-shim "$@" -- \
		npm install --no-audit --no-fund --no-update-notifier --loglevel warn
}

daemon --config "$PWD/config" --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
npm_install >npm.log 2>&1 || fail 'npm install failed'
for name in "${names[@]}"; do
	expect_equal "$(cat "app/node_modules/$name/SECRET")" "secret of $name" 'a dependency'
	daemon_await_log "signed id=$name "
done
expect_equal "$(grep -c 'link opened' "$DAEMON_LOG")" 1 'links of one step'
printf 'load: npm install with %d dependencies and keys; the daemon: %s kB at most\n' "${#names[@]}" \
	"$(awk '/^VmHWM/ { print $2 }' "/proc/$DAEMON_PID/status")"
daemon_stop

rm -rf app/node_modules app/package-lock.json
agent_start "${names[@]/%/.pem}"
daemon --agent all --listen "$ENGINE_BRIDGE:0"
! npm_install --no-ssh-wrapper >plain.log 2>&1 || fail 'an agent alone is enough'
expect_words plain.log 'Repository not found'
daemon_stop
