#!/bin/sh
# Builds the web application into services/web/dist, unless it is there as the sources say.
set -eu
cd "$(dirname "$0")/.."

command -v npm >/dev/null || { echo "Node.js 20.19 or newer is needed to build the pages: https://nodejs.org" >&2; exit 1; }
stamp=.cache/web-sources.sha256
mkdir -p .cache

# Everything in the folder but what comes out of it, and the Rust part.
sources() {
  find services/web \( -name node_modules -o -name dist -o -path services/web/src \) -prune -o -type f -print0 |
    sort -z | xargs -0 sha256sum
}

sources >"$stamp.new"
if [ -f services/web/dist/index.html ] && cmp -s "$stamp" "$stamp.new"; then
  rm "$stamp.new"
  exit 0
fi
scripts/npm-ci.sh services/web
npm --prefix services/web run build
mv "$stamp.new" "$stamp"
