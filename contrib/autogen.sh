#!/bin/sh
# Make ./configure. Needed once in a git checkout; a release tarball has it already.
set -eu
cd "$(dirname "$0")/.."
exec autoreconf --install --warnings=all
