#!/usr/bin/env bash
#
# The Dockerfile of docs/recipes/go.md downloads two private modules with a deploy key each, and asks no
# proxy and no checksum database: there is no way to any.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
mkdir package project
printf '%s\n' 'module github.com/org/@NAME@' '' 'go 1.19' >package/go.mod
printf '%s\n' 'module example.org/x' '' 'go 1.19' '' \
	'require github.com/org/app v1.0.0' 'require github.com/org/library v1.0.0' >project/go.mod
: >project/go.sum # go completes it
recipe_installs go
recipe_expect_secrets '/root/go/pkg/mod/github.com/org/NAME@v1.0.0/SECRET'
[ "$(container "$IMAGE" grep -c '^github.com/org/\(app\|library\) v1.0.0' /app/go.sum)" -eq 2 ] ||
	fail 'go.sum lacks a module'
daemon_stop
