#!/usr/bin/env bash
# make bench: the package side by side with other libraries, the crate by itself, instructions per change.
# Everything is printed, and written to benches/RESULTS.md.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

say "make bench: builds the crate, the wasm module and the npm package, then measures, up to a million ACLs. Half"
say "an hour and 8 GB of memory; the quieter the machine, the better. benches/RESULTS.md and its plots are written anew."
scripts/setup.sh wasm npm
scripts/build-wasm.sh
step "building the npm package" npm run build --workspace pkg
step "compiling the Rust benches" cargo bench --locked --no-run

minutes() { printf '%d minutes after the start' $((SECONDS / 60)); }

section "Rust, $(minutes)"
cargo bench --locked --quiet --bench org | tee "$LOGS/bench-crate.txt"

section "Pauses, $(minutes)"
cargo bench --locked --quiet --bench pauses -- 200000 1000000 | tee "$LOGS/bench-pauses.txt"

section "Instructions, $(minutes)"
# What depends on the size there fails this, too, but not before all else is measured and written.
instructions=0
scripts/instructions.sh bench | tee "$LOGS/bench-instructions.txt" || instructions=$?

section "JavaScript, side by side, $(minutes)"
npm run bench --workspace benches/peers -- \
  --also "The crate by itself (divan)" "$LOGS/bench-crate.txt" \
  --also "How long one change takes at most" "$LOGS/bench-pauses.txt" \
  --also "Instructions per change (callgrind)" "$LOGS/bench-instructions.txt"
section "Done, $(minutes)"
exit "$instructions"
