#!/usr/bin/env bash
# make bench: Rust's benches, then the package side by side with other libraries.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg

section "Rust"
cargo bench --locked

if [ -f benches/peers/package.json ]; then
  section "JavaScript, side by side"
  npm run bench --workspace benches/peers
fi
