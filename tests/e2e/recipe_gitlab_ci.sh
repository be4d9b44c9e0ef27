#!/usr/bin/env bash
#
# The jobs of docs/recipes/gitlab-ci.md clone, each script run in a container as its runner does: with Docker, and with
# what kaniko does in an unprivileged container, where the layer is the repository and the shim, and holds no key.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
support=$(cd "$(dirname "$0")/../support" && pwd)
e2e_begin
page_read recipes/gitlab-ci.md
page_dockerfile dockerfile
cp "$GIT_SERVER_KNOWN_HOSTS" known_hosts
key_make deploy_key

# The lines that the runner's shell gets of the job.
job_script()
{
	page_block "$1" | /usr/bin/python3 -c 'import sys, yaml
job = yaml.safe_load(sys.stdin)["build"]
print("\n".join(job.get("before_script", []) + job["script"]))' | page_lines
}

socket=${ENGINE_HOST#unix://}
container --volume "$ENGINE_DOCKER:/usr/bin/docker:ro" --volume "${socket:-/var/run/docker.sock}:/var/run/docker.sock" \
	--volume "$PWD:/builds" --workdir /builds/context --env DEPLOY_KEY=/builds/deploy_key \
	--env KNOWN_HOSTS=/builds/known_hosts --env DOCKER_BUILDKIT=0 sfa-e2e-base \
	bash -ec "$(job_script docker.yml)" >docker.log 2>&1 || fail 'the job with Docker failed'
expect_equal "$(container "$IMAGE" cat /app/SECRET)" "$GIT_SERVER_CONTENT" 'what was cloned'

CONTAINERS+=("agentd-$$")
page_commands daemon | sed "s/--name agentd /--name agentd-$$ /; s/exec agentd /exec agentd-$$ /" >daemon.sh
head -n 1 daemon.sh >start
tail -n +2 daemon.sh >mint
DOCKER_HOST=${ENGINE_HOST:-${DOCKER_HOST:-}} bash -ec "$(cat start)" >start.log 2>&1 || fail 'the daemon does not start'
container_await_log "agentd-$$" SSH_FORWARD_AGENTD_PID
SSH_SHIM_TOKEN=$(bash -ec "$(cat mint)") || fail 'no token'
SSH_SHIM_CONNECT=$(engine_docker inspect -f '{{.NetworkSettings.IPAddress}}' "agentd-$$")
export SSH_SHIM_TOKEN SSH_SHIM_CONNECT
mkdir out programs
engine_docker cp "agentd-$$:/ssh-shim" programs/
container --volume "$support/kaniko_executor:/kaniko/executor:ro" --volume "$PWD/programs:/kaniko/stages/ssh-forward-agent:ro" \
	--volume "$PWD/out:/kaniko/out" --volume "$PWD/context:/builds:ro" --env SSH_SHIM_TOKEN --env SSH_SHIM_CONNECT \
	--env CI_PROJECT_DIR=/builds --env CI_REGISTRY_IMAGE=registry/app --env CI_COMMIT_SHORT_SHA=1 sfa-e2e-base \
	sh -ec "$(job_script kaniko.yml)" >kaniko.log 2>&1 || fail 'the job with kaniko failed'
expect_equal "$(tar -xOf out/layer.tar app/SECRET)" "$GIT_SERVER_CONTENT" 'what kaniko cloned'
expect_equal "$(tar -tf out/layer.tar | sed 's,^app/.*,app,' | sort -u | paste -s -d ' ')" 'app usr/local/bin/ssh-shim' 'the layer'
! key_is_found deploy_key out || fail 'the key is in the layer'
git_server_saw_key deploy_key.pub || fail 'another key opened the repository'
