#!/usr/bin/env bash
#
# Every manifest of packaging/kubernetes is as the Kubernetes API's schema has it, unknown members and impossible
# values of known ones included. The schema comes as npm packages.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
need_program npm
need_program node
here=$(cd "$(dirname "$0")" && pwd)
manifests=$here/../../packaging/kubernetes
modules=${BUILD_DIR:?run this through ctest}/kubernetes-schema

if ! cmp -s "$here/kubernetes/package-lock.json" "$modules/package-lock.json"; then
	rm -rf -- "$modules" "$modules.new"
	mkdir "$modules.new"
	cp "$here"/kubernetes/{package.json,package-lock.json} "$modules.new"
	npm ci --prefix "$modules.new" --ignore-scripts --no-audit --no-fund >"$modules.log" 2>&1 ||
		fail "npm does not bring the schema: $(tail -n 5 "$modules.log")"
	mv -- "$modules.new" "$modules"
fi
work=$(mktemp -d "$modules/typed.XXXXXX")
trap 'rm -rf -- "$work" "$modules"/typed-*' EXIT
cd "$modules"

takes()
{
	node "$here/kubernetes/validate.mjs" "$@" >"$work/said" 2>&1
}

# Breaks a manifest, which then must not pass; WORD is in what is said.
refused()
{
	local manifest=$1 change=$2 word=$3

	sed "$change" "$manifests/$manifest" >"$work/$manifest"
	! cmp -s "$manifests/$manifest" "$work/$manifest" || fail "$change changes nothing in $manifest"
	! takes "$work/$manifest" || fail "$manifest is taken with $change"
	grep -q -- "$word" "$work/said" || fail "what is said of $change lacks $word: $(cat "$work/said")"
}

takes "$manifests"/*.yaml || fail "$(cat "$work/said")"
for kind in Deployment Service NetworkPolicy Secret Job; do
	grep -qx "kind: $kind" "$manifests"/*.yaml || fail "there is no $kind"
done
refused deployment.yaml 's/runAsNonRoot:/runAsNotRoot:/' runAsNotRoot
refused deployment.yaml 's/replicas: 3/replicas: three/' replicas
refused service.yaml 's/targetPort:/targetport:/' targetport
refused network-policy.yaml 's/podSelector:/podSelect:/' podSelect
refused kaniko-job.yaml 's/restartPolicy:/restart:/' restart
refused secret.yaml 's/^kind: Secret/kind: Secrets/' Secrets
