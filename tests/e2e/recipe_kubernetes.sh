#!/usr/bin/env bash
#
# docs/recipes/kubernetes.md, as far as it goes without a cluster: three replicas of the Deployment, with what its
# manifest says of users, mounts and rights, honour one token, each for itself; a kaniko pod's step clones through them
# by the Service's name; what a Secret says is revoked, is.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip 'python3-yaml is not installed'
page_programs
page_read recipes/kubernetes.md
readonly DEPLOYMENT=$_page_docs/../packaging/kubernetes/deployment.yaml
pods=pods-$$
network "$pods"
git_server_join "$pods"
key_make deploy_key
mkdir secrets secrets/ssh-forward-agent

page_run token
once=$(ssh-forward-agentd token --token-file token-secret --port 2522 --name once --max-signatures 1)
cp token-secret deploy_key secrets/ssh-forward-agent
mv secrets/ssh-forward-agent/{deploy_key,default.key}
sed "p;s/^$GIT_SERVER_ADDRESS /$GIT_SERVER_THERE /" "$GIT_SERVER_KNOWN_HOSTS" >secrets/ssh-forward-agent/known_hosts

replica_start()
{
	local run work deadline=$((SECONDS + E2E_DEADLINE_S))

	work=$(mktemp -d replica.XXXXXX)
	chmod 711 "$work"
	mapfile -d '' -t run < <("$_e2e_support/deployment_run.py" "$DEPLOYMENT" secrets "$PWD/$work")
	container_start --network "$pods" --network-alias ssh-forward-agent "${run[@]}"
	REPLICA=${CONTAINERS[-1]}
	until [ "$(engine_docker inspect -f '{{.State.Health.Status}}' "$REPLICA")" = healthy ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "a replica is not well: $(engine_docker logs "$REPLICA" 2>&1)"
		sleep 0.1
	done
	! engine_docker logs "$REPLICA" 2>&1 | grep sfa1_ || fail 'a lasting token is in the log'
	ADDRESS=$(engine_docker inspect -f "{{(index .NetworkSettings.Networks \"$pods\").IPAddress}}" "$REPLICA")
}

# in_pod TOKEN CONNECT COMMAND...: as kaniko's RUN, with what the Job mounts.
in_pod()
{
	printf '%s' "$1" >pod-token
	container --network "$pods" --volume "$PWD/pod-token:/run/secrets/ssh-shim-token:ro" \
		--env "SSH_SHIM_CONNECT=$2" sfa-e2e ssh-shim -- "${@:3}" 2>pod.log
}

replicas=()
for _ in 1 2 3; do
	replica_start
	replicas+=("$ADDRESS")
done

# The page's own step.
step=$(page_commands dockerfile | sed -nE "s,git@github\\.com:org/app,git@$GIT_SERVER_THERE:org/repo,;s/^RUN ssh-shim -- //p")
page_commands dockerfile | grep -x 'ARG SSH_SHIM_CONNECT' >/dev/null || fail 'the step is not told where'
content=$(in_pod "$(cat token)" ssh-forward-agent sh -c "$step >&2 && cat /app/SECRET") || fail 'no clone by the name'
expect_equal "$content" "$GIT_SERVER_CONTENT" 'what was cloned'

remote=git@$GIT_SERVER_THERE:org/repo.git
for address in "${replicas[@]}"; do
	in_pod "$once" "$address" git ls-remote "$remote" >heads || fail "$address does not honour the token"
	! in_pod "$once" "$address" git ls-remote "$remote" >heads || fail "$address signs twice"
	in_pod "$(cat token)" "$address" git ls-remote "$remote" >heads || fail "$address honours no other token"
done

echo kaniko >secrets/ssh-forward-agent/token-secret.revoked
replica_start
! in_pod "$(cat token)" "$ADDRESS" git ls-remote "$remote" >heads || fail 'a revoked token is good'
expect_words pod.log revoked
in_pod "$once" "$ADDRESS" git ls-remote "$remote" >heads || fail 'another token was revoked, too'
