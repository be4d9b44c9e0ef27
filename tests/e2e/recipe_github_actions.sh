#!/usr/bin/env bash
#
# The steps of docs/recipes/github-actions.md build an image that cloned, the key in a variable alone: each `run` is
# executed as a runner does, by `bash -e`, with the `env` of its step.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
page_read recipes/github-actions.md
page_block workflow.yml >workflow
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim -- git clone $REPO /app"
key_make deploy_key
mkdir bin runner_temp
printf '#!/bin/sh\nexec %s "$@"\n' "$ENGINE_DOCKER" >bin/docker
chmod 755 bin/docker
# One file for each step: what it exports of the secrets, and its lines.
# shellcheck disable=SC2016 # the script's own
/usr/bin/python3 -c 'import re, sys, yaml
steps = yaml.safe_load(open("workflow"))["jobs"]["build"]["steps"]
for number, step in enumerate(step for step in steps if "run" in step):
    with open("step.%d" % number, "w") as out:
        for name, value in step.get("env", {}).items():
            secret = re.fullmatch(r"\$\{\{ secrets\.(\w+) \}\}", value).group(1)
            print("export %s=\"$(cat %s)\"" % (name, secret.lower()), file=out)
        print("cd context", file=out)
        print(step["run"], file=out)' || fail 'the workflow is not as expected'
number=0
for step in step.*; do
	sed -i "s/--listen docker0/--listen $ENGINE_BRIDGE:0 --known-hosts ${GIT_SERVER_KNOWN_HOSTS//\//\\/}/" "$step"
	PATH=$PWD/bin:$PATH RUNNER_TEMP=$PWD/runner_temp DOCKER_BUILDKIT=0 XDG_CONFIG_HOME=$PWD/config \
		engine_in_network bash -ec "$(page_lines <"$step")" >>steps.log 2>&1 </dev/null || fail "this failed: $(cat "$step")"
	number=$((number + 1))
done
expect_equal "$number" 2 'steps of the workflow'
expect_equal "$(container "$IMAGE" cat /app/SECRET)" "$GIT_SERVER_CONTENT" 'what was cloned'
git_server_saw_key deploy_key.pub || fail 'another key opened the repository'
