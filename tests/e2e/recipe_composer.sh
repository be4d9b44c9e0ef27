#!/usr/bin/env bash
#
# The Dockerfile of docs/recipes/composer.md installs two private packages with a deploy key each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
mkdir package project
echo '{"name": "org/@NAME@", "version": "1.0.0"}' >package/composer.json
cat >project/composer.json <<'END'
{
  "repositories": [
    {"type": "vcs", "url": "@FORGE@:org/app.git"},
    {"type": "vcs", "url": "@FORGE@:org/library.git"},
    {"packagist.org": false}
  ],
  "require": {"org/app": "1.0.0", "org/library": "1.0.0"}
}
END
cat >project/composer.lock <<'END'
{
  "content-hash": "",
  "packages": [
    {"name": "org/app", "version": "1.0.0",
     "source": {"type": "git", "url": "@FORGE@:org/app.git", "reference": "@REV-app@"}},
    {"name": "org/library", "version": "1.0.0",
     "source": {"type": "git", "url": "@FORGE@:org/library.git", "reference": "@REV-library@"}}
  ],
  "packages-dev": [],
  "aliases": [],
  "minimum-stability": "stable",
  "stability-flags": [],
  "prefer-stable": false,
  "prefer-lowest": false,
  "platform": [],
  "platform-dev": []
}
END
recipe_installs composer
recipe_expect_secrets '/app/vendor/org/NAME/SECRET'
daemon_stop
