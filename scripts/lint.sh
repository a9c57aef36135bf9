#!/usr/bin/env bash
# make lint: formatting and lints of both languages; changes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh wasm npm
section "Rust"
cargo fmt --all --check
cargo clippy --locked --all-targets -- -D warnings
cargo clippy --locked --lib --target wasm32-unknown-unknown --features js -- -D warnings
cargo clippy --locked --lib --package aclarity-lite -- -D warnings
cargo clippy --locked --lib --package aclarity-lite --target wasm32-unknown-unknown -- -D warnings
section "JavaScript and TypeScript"
biome check --error-on-warnings
