#!/usr/bin/env bash
#
# The Dockerfile of docs/recipes/cargo.md fetches two private crates with a deploy key each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
mkdir -p package/src project
printf '%s\n' '[package]' 'name = "@NAME@"' 'version = "1.0.0"' >package/Cargo.toml
: >package/src/lib.rs
cat >project/Cargo.toml <<'END'
[package]
name = "x"
version = "1.0.0"

[dependencies]
app = { git = "ssh://@FORGE@/org/app.git" }
library = { git = "ssh://@FORGE@/org/library.git" }
END
cat >project/Cargo.lock <<'END'
version = 3

[[package]]
name = "app"
version = "1.0.0"
source = "git+ssh://@FORGE@/org/app.git#@REV-app@"

[[package]]
name = "library"
version = "1.0.0"
source = "git+ssh://@FORGE@/org/library.git#@REV-library@"

[[package]]
name = "x"
version = "1.0.0"
dependencies = [
 "app",
 "library",
]
END
recipe_installs cargo
recipe_expect_secrets '/root/.cargo/git/checkouts/NAME-*/*/SECRET'
daemon_stop
