#!/usr/bin/env bash
# Compiles the crate's bindings to pkg/wasm: one aclarity_bg.wasm for every target, and wasm-bindgen's glue for it.
# Does nothing when neither the sources nor the tools have changed since.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

OUT=pkg/wasm
STAMP="$OUT/.stamp"
BUILT=target/wasm32-unknown-unknown/release/aclarity.wasm
# The same module with the names of its functions, for scripts/parts.mjs.
NAMED=target/aclarity.named.wasm

# Named one by one: with all features the module has an import that Node 20 refuses.
FEATURES=(bulk-memory nontrapping-float-to-int sign-ext mutable-globals reference-types multivalue)
OPT_LEVEL="${WASM_OPT_LEVEL:--O3}"

state="$(content_hash src Cargo.toml Cargo.lock scripts/build-wasm.sh scripts/bindgen) $OPT_LEVEL $(rustc --version) $BINDGEN_VERSION $(wasm-opt --version)"
if [ -f "$OUT/aclarity_bg.wasm" ] && [ -f "$NAMED" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$state" ]; then
  say "  wasm: unchanged"
  exit 0
fi

bindgen() {
  rm -rf "$OUT"
  "$BINDGEN" "$BUILT" "$OUT"
}

optimise() {
  local flags=()
  for feature in "${FEATURES[@]}"; do flags+=("--enable-$feature"); done
  # Stripping belongs here: stripped by cargo, the module no longer says which features it uses.
  wasm-opt "$OPT_LEVEL" "${flags[@]}" --debuginfo --strip-producers --strip-target-features \
    "$OUT/aclarity_bg.wasm" -o "$NAMED"
  wasm-opt "${flags[@]}" --strip-debug "$NAMED" -o "$OUT/aclarity_bg.wasm"
}

# These names say for what a generic function was compiled.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Csymbol-mangling-version=v0"

step "compiling the crate to wasm" cargo build --release --locked --lib --target wasm32-unknown-unknown --features js
step "binding it to JavaScript" bindgen
step "optimising the module (wasm-opt $OPT_LEVEL)" optimise
printf '%s' "$state" >"$STAMP"
