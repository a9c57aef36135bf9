#!/usr/bin/env bash
# make test: everything, on a fresh machine too.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

say "make test: sets up what is missing (Rust's wasm target, wasm-bindgen, npm packages, a Chromium), then runs the"
say "Rust tests, builds the wasm module and the npm package, and tests the packed tarball in Node, Chromium, workerd,"
say "Deno and Bun and with bundlers and TypeScript. About 25 minutes the first time, half of that afterwards, on two cores."
scripts/setup.sh

# Compilers of one crate have one thread most of the time: what is built for wasm is built beside the Rust tests.
scripts/build-wasm.sh >"$LOGS/build-beside.txt" 2>&1 &
building=$!
trap 'kill "$building" 2>/dev/null || true' EXIT

section "Rust"
cargo test --locked --workspace
scripts/instructions.sh

section "Build"
# What failed is done again, and says so here.
wait "$building" || true
scripts/build-wasm.sh
scripts/pack.sh
node scripts/sizes.mjs

section "JavaScript: the tarball in Node, types"
step "checking the types of the package's sources" npm run typecheck --workspace pkg
npm run test --workspace tests/js

section "Packaging: the tarball in small projects of every kind"
npm run test --workspace tests/packaging

section "Browser: vectors in Chromium and workerd, the demo"
step "building the demo's page" npm run build --workspace www-example/app
npm run test --workspace tests/browser

section "All tests passed in $((SECONDS / 60)) min $((SECONDS % 60)) s."
