#!/usr/bin/env bash
# Builds the npm package, packs it and installs the tarball into .packed, as a user would.
# The JavaScript tests import it from there: what is tested is what would be published.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PACKED="$ROOT/.packed"

pack() {
  rm -rf "$PACKED"
  mkdir -p "$PACKED"
  # npm packs nothing from outside the package's folder, and follows no links.
  cp LICENSE-APACHE LICENSE-MIT pkg/
  node scripts/notices.mjs pkg/LICENSE-THIRD-PARTY
  npm pack --workspace pkg --pack-destination "$PACKED" --ignore-scripts
  mv "$PACKED"/aclarity-*.tgz "$PACKED/aclarity.tgz"
}

install() {
  printf '{ "private": true, "type": "module" }\n' >"$PACKED/package.json"
  (cd "$PACKED" && npm install ./aclarity.tgz --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --offline --workspaces=false)
  # The nearest node_modules wins: these links stand before the workspace's own link to pkg/.
  local workspace
  for workspace in tests/js tests/packaging tests/browser; do
    mkdir -p "$workspace/node_modules"
    rm -rf "$workspace/node_modules/aclarity"
    ln -s "$PACKED/node_modules/aclarity" "$workspace/node_modules/aclarity"
  done
}

step "building the npm package" npm run build --workspace pkg
step "packing it" pack
step "installing the tarball into .packed" install
