#!/bin/sh
# Installs the packages of a folder, unless they are there as its package-lock.json says.
set -eu
cd "$(dirname "$0")/../$1"

installed=node_modules/.installed-lock.json
cmp -s package-lock.json "$installed" && exit 0
npm ci --no-audit --no-fund
cp package-lock.json "$installed"
