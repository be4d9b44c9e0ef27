#!/usr/bin/env bash
#
# The Dockerfile of docs/recipes/bundler.md installs two private gems with a deploy key each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
mkdir -p package/lib project
cat >package/@NAME@.gemspec <<'END'
Gem::Specification.new do |gem|
  gem.name = '@NAME@'
  gem.version = '1.0.0'
  gem.summary = gem.authors = 'x'
  gem.files = ['lib/@NAME@.rb']
end
END
echo 'puts "secret of @NAME@"' >package/lib/@NAME@.rb
printf 'gem "%s", git: "@FORGE@:org/%s.git"\n' app app library library >project/Gemfile
cat >project/Gemfile.lock <<'END'
GIT
  remote: @FORGE@:org/app.git
  revision: @REV-app@
  specs:
    app (1.0.0)

GIT
  remote: @FORGE@:org/library.git
  revision: @REV-library@
  specs:
    library (1.0.0)

PLATFORMS
  ruby

DEPENDENCIES
  app!
  library!
END
recipe_installs bundler
expect_equal "$(container "$IMAGE" bundle exec ruby -e 'require "app"; require "library"')" \
	$'secret of app\nsecret of library' 'what the gems say'
daemon_stop
