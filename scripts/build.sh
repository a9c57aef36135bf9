#!/usr/bin/env bash
# make build: the wasm module and the npm package, with a table of sizes.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg
node scripts/sizes.mjs
