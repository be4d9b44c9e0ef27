#!/usr/bin/env bash
#
# The words of `sh` in docs/recipes/jenkins.md build an image that cloned, with the key file that Jenkins provides.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
page_programs
page_read recipes/jenkins.md
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim -- git clone $REPO /app"
key_make deploy_key
page_commands jenkinsfile | sed -nE "s/^ *sh '(.*)'\$/\\1/p" >steps
expect_equal "$(wc -l <steps)" 1 'steps of the Jenkinsfile'
(cd context && KEY_FILE=../deploy_key DOCKER_BUILDKIT=0 sh -xe ../steps) >steps.log 2>&1 </dev/null ||
	fail "this failed: $(cat steps)"
expect_equal "$(container "$IMAGE" cat /app/SECRET)" "$GIT_SERVER_CONTENT" 'what was cloned'
git_server_saw_key deploy_key.pub || fail 'another key opened the repository'
