#!/usr/bin/env bash
# make build: the wasm module and the npm package, with tables of sizes.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg
node scripts/sizes.mjs
section "What the module is made of (node scripts/parts.mjs --functions says more)"
node scripts/parts.mjs
section "What the module of aclarity/lite is made of"
node scripts/parts.mjs --lite
