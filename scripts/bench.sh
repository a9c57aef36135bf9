#!/usr/bin/env bash
# make bench: the package side by side with other libraries, the crate by itself, instructions per change.
# Everything is printed, and written to benches/RESULTS.md.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

say "make bench: builds the crate, the wasm module and the npm package, then measures, up to a million ACLs. About"
say "40 minutes and 8 GB of memory; the quieter the machine, the better. benches/RESULTS.md and its plots are written anew."
scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg
step "compiling the Rust benches" cargo bench --locked --no-run

section "Rust"
cargo bench --locked --quiet --bench org | tee "$LOGS/bench-crate.txt"

section "Instructions"
scripts/instructions.sh bench | tee "$LOGS/bench-instructions.txt"

section "JavaScript, side by side"
npm run bench --workspace benches/peers -- \
  --also "The crate by itself (divan)" "$LOGS/bench-crate.txt" \
  --also "Instructions per change (callgrind)" "$LOGS/bench-instructions.txt"
