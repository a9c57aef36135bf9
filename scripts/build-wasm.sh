#!/usr/bin/env bash
# Compiles the bindings: one .wasm file for every target, and wasm-bindgen's glue for it. To pkg/wasm the crate with
# everything, and to pkg/wasm-lite the small module of `aclarity/lite`, which is a crate of its own (lite/). Does
# nothing where neither the sources nor the tools have changed since.
# Usage: scripts/build-wasm.sh [whole] [lite]      (both when none is named)
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

BUILT=target/wasm32-unknown-unknown/release
# Named one by one: with all features the module has an import that Node 20 refuses.
FEATURES=(bulk-memory nontrapping-float-to-int sign-ext mutable-globals reference-types multivalue)
SOURCES="$(content_hash src lite Cargo.toml Cargo.lock scripts/build-wasm.sh scripts/bindgen)"

# These names say for what a generic function was compiled. Panics say where they were, by the name of a crate: no path of
# this machine, and the same bytes wherever the module is built.
flags=(-Csymbol-mangling-version=v0 "--remap-path-prefix=$ROOT=.")
cargo fetch --quiet --locked --target wasm32-unknown-unknown
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do flags+=("--remap-path-prefix=$sources=crates"); done
CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; printf '%s' "${flags[*]}")"
export CARGO_ENCODED_RUSTFLAGS

bindgen() {
  rm -rf "$1"
  "$BINDGEN" "$BUILT/$2.wasm" "$1"
}

# The module with the names of its functions stays in target/, for scripts/parts.mjs.
optimise() {
  local out="$1" named="$2" flags=()
  shift 2
  for feature in "${FEATURES[@]}"; do flags+=("--enable-$feature"); done
  # Stripping belongs here: stripped by cargo, the module no longer says which features it uses.
  wasm-opt "$@" "${flags[@]}" --debuginfo --strip-producers --strip-target-features "$out/aclarity_bg.wasm" -o "$named"
  wasm-opt "${flags[@]}" --strip-debug "$named" -o "$out/aclarity_bg.wasm"
}

# What a function costs where it is inlined is counted once per call: with LLVM's own bounds (250, and 325 for what is
# marked `#[inline]`) and its unrolled loops the module is a sixth larger. Tables and times: docs/SIZE.md.
LESS_INLINED=(
  -Cllvm-args=-inline-threshold=25
  -Cllvm-args=-inlinehint-threshold=100
  -Cllvm-args=-unroll-runtime=false
  -Cllvm-args=-unroll-allow-partial=false
)

# Where size is all that counts: a little smaller, compressed too, than `opt-level="z"`, which leaves more calls. An
# instruction counts ten times what it does by LLVM's own measure, and so do the bounds; a call three instructions, not
# five. What that changes: a function that is called in one place is inlined there only while it is small. Engines compile
# a function when it is first called, so that what is not asked is not compiled.
LEAST_INLINED=(
  -Cllvm-args=-inline-instr-cost=50
  -Cllvm-args=-inline-call-penalty=150
  -Cllvm-args=-inline-threshold=50
  -Cllvm-args=-inlinehint-threshold=400
)
# Likewise nothing is inlined because it is called once. The lowest kilobyte of memory is the far end of the stack, which
# nothing comes near: no function here calls itself.
SMALLEST="-Oz --converge --one-caller-inline-max-function-size=0 --low-memory-unused --reorder-functions"

# build name cargo's-level wasm-opt's-level argument-of-cargo…
build() {
  local name="$1" level="$2" opt="$3" out named state crate
  shift 3
  out="pkg/wasm${name#whole}"
  named="target/aclarity${name#whole}.named.wasm"
  crate="aclarity${name#whole}"
  state="$SOURCES $level $opt $* $(rustc --version) $BINDGEN_VERSION $(wasm-opt --version)"
  if [ -f "$out/aclarity_bg.wasm" ] && [ -f "$named" ] && [ "$(cat "$out/.stamp" 2>/dev/null)" = "$state" ]; then
    say "  wasm, $crate: unchanged"
    return
  fi
  step "compiling the crate to wasm ($crate)" cargo rustc --release --locked --lib --package "$crate" \
    --target wasm32-unknown-unknown --config "profile.release.opt-level=$level" --crate-type cdylib "$@"
  step "binding it to JavaScript ($crate)" bindgen "$out" "${crate//-/_}"
  # shellcheck disable=SC2086 # a level may come with flags
  step "optimising the module ($crate, wasm-opt ${opt%% *})" optimise "$out" "$named" $opt
  printf '%s' "$state" >"$out/.stamp"
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(whole lite)
for part in "${parts[@]}"; do
  case "$part" in
    # Smaller before compression with -Oz or -O3, and larger after it: what is alike no longer looks alike. As a library
    # too, the crate would be compiled without link-time optimisation.
    whole) build whole 3 "${WASM_OPT_LEVEL:--O1}" --features js -- "${LESS_INLINED[@]}" ;;
    lite) build -lite '"s"' "$SMALLEST" -- "${LEAST_INLINED[@]}" ;;
    *) fail "there is no module \`$part\`: whole and lite are" ;;
  esac
done
