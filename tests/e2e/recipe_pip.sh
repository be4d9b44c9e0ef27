#!/usr/bin/env bash
#
# The Dockerfile of docs/recipes/pip.md installs two private packages with a deploy key each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
mkdir package project
echo 'from setuptools import setup; setup(name="@NAME@", version="1.0.0", py_modules=["@NAME@"])' >package/setup.py
echo 'SECRET = "secret of @NAME@"' >package/@NAME@.py
printf '%s @ git+ssh://@FORGE@/org/%s.git@main\n' app app library library >project/requirements.txt
recipe_installs pip
expect_equal "$(container "$IMAGE" python3 -c 'import app, library; print(app.SECRET, library.SECRET)')" \
	'secret of app secret of library' 'what was installed'
daemon_stop
