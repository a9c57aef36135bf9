#!/usr/bin/env bash
# make demo: builds what the demo needs and serves it locally.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

say "make demo: sets up what is missing (Rust's wasm target, wasm-bindgen, npm packages), builds the wasm module,"
say "the npm package and the demo's page, and serves the page on this machine. About 5 minutes the first time,"
say "half a minute after that. Nothing is sent anywhere."
scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg
step "building the demo's page" npm run build --workspace www-example/app
exec node scripts/serve.mjs www-example/app/dist
