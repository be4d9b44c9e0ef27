#!/usr/bin/env bash
#
# docs/recipes/compose.md, with Debian's docker-compose: the build clones through the host's daemon; the service
# clones, and so does a build on a user-defined network, through a daemon that they know by its service's name.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
need_program docker-compose
page_programs
# Networks that the page makes are there before, since the git server has to be on them.
network "sfa-$$_default" --label com.docker.compose.project="sfa-$$" --label com.docker.compose.network=default
git_server_join "sfa-$$_default"
on_default=$GIT_SERVER_THERE
network "builds-$$"
git_server_join "builds-$$"
page_read recipes/compose.md

cd context
key_make deploy_key
chown 4711 deploy_key
sed "p;s/^$GIT_SERVER_ADDRESS /$on_default,$GIT_SERVER_THERE /" "$GIT_SERVER_KNOWN_HOSTS" >known_hosts
mkdir .ssh && cp known_hosts .ssh
cd ..
page_dockerfile dockerfile
# What the page leaves to the image: that it knows the git server.
sed -i 's,^ARG SSH_SHIM_TOKEN,COPY known_hosts /etc/ssh/ssh_known_hosts\n&,' context/Dockerfile
sed 's,^ARG SSH_SHIM_TOKEN,&\nARG SSH_SHIM_CONNECT,; /known_hosts/d; s,@.*:org,@'"$GIT_SERVER_THERE:org," context/Dockerfile >context/Dockerfile.network
page_block compose.yml | sed "s,git@github\\.com,git@$on_default,; s,org/app,org/repo,; s/^  web:/&\\n    image: $IMAGE/" >context/docker-compose.yml

# Names of the engine's, which other tests have, too.
in_context()
{
	page_commands "$1" | sed -E -e 's/docker compose/docker-compose/g' -e "s/--name agentd /--name agentd-$$ /" \
		-e "s/docker exec agentd /docker exec agentd-$$ /" -e "s/CONNECT=agentd /CONNECT=agentd-$$ /" \
		-e '/docker network create builds/d' -e "s/--network builds/--network builds-$$/" >"commands.$1"
	(cd context && HOME=$PWD COMPOSE_PROJECT_NAME=sfa-$$ bash -ec "$(cat "../commands.$1")") >"$1.log" 2>&1 </dev/null ||
		fail "this failed: $(cat "commands.$1")"
}

expect_content()
{
	expect_equal "$(container "$IMAGE" cat /app/SECRET)" "$GIT_SERVER_CONTENT" 'what was cloned'
	engine_docker rmi "$IMAGE" >/dev/null
}

(cd context && docker-compose config -q) || fail 'docker-compose does not take the file of the page'
CONTAINERS+=("agentd-$$")
in_context build
in_context run
expect_words run.log HEAD
expect_content
in_context network
expect_content
git_server_saw_key context/deploy_key.pub || fail 'another key opened the repository'
