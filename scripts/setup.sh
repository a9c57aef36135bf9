#!/usr/bin/env bash
# Brings a fresh machine to where everything here can be built and tested; skips what is there.
# Usage: scripts/setup.sh [wasm] [npm] [browser]      (all of them when none is named)
# Nothing is written outside the repository but by cargo, rustup, npm and apt-get themselves.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Rust and Node are the two things that have to be there; said first, before anything takes time.
check_rust() {
  command -v cargo >/dev/null 2>&1 ||
    fail "cargo was not found on PATH, in \$CARGO_HOME/bin or in ~/.cargo/bin; install Rust from https://rustup.rs and try again"
  say "  Rust: $(cargo --version)"
}

check_node() {
  command -v node >/dev/null 2>&1 || fail "node was not found; install Node.js 20.19 or later from https://nodejs.org and try again"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old; install 20.19 or later from https://nodejs.org and try again"
  command -v npm >/dev/null 2>&1 || fail "npm was not found; it comes with Node.js from https://nodejs.org"
  say "  Node: $(node --version)"
}

# What npm installs depends on the lock file and the workspaces' manifests; what is there is told by a stamp.
NPM_STAMP=node_modules/.aclarity
npm_state() {
  local manifest
  for manifest in package-lock.json package.json {pkg,tests/*,www-example/*,benches/*}/package.json; do
    if [ -f "$manifest" ]; then cat "$manifest"; fi
  done | sha256sum
}

install_npm() {
  npm ci --ignore-scripts --no-audit --no-fund
  npm_state >"$NPM_STAMP"
}

# It waits for the network more than for the processor, so it may run while something is compiled.
begin_npm() {
  [ "$(cat "$NPM_STAMP" 2>/dev/null)" = "$(npm_state)" ] && return
  install_npm >"$LOGS/npm.log" 2>&1 </dev/null &
  npm_job=$!
  say "  installing npm packages, beside what follows"
}

finish_npm() {
  [ -n "${npm_job:-}" ] || return 0
  step "waiting for the npm packages" wait_npm
}

wait_npm() {
  wait "$npm_job" || {
    cat "$LOGS/npm.log"
    return 1
  }
}

# What compiles the crate to WebAssembly: the target's standard library, and wasm-bindgen's second half.
setup_wasm() {
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
    command -v rustup >/dev/null 2>&1 ||
      fail "this Rust has no target wasm32-unknown-unknown and there is no rustup to add it; install Rust from https://rustup.rs, or your system's package for that target"
    step "adding the Rust target wasm32-unknown-unknown" rustup target add wasm32-unknown-unknown
  fi
  [ -n "$BINDGEN_VERSION" ] || fail "Cargo.lock names no wasm-bindgen"
  if [ ! -x "$BINDGEN" ]; then
    step "compiling wasm-bindgen's tool $BINDGEN_VERSION into .tools (about a minute, once)" compile_bindgen
  fi
  say "  wasm: target wasm32-unknown-unknown, wasm-bindgen $BINDGEN_VERSION"
}

# The tool must be of exactly the version of the library, so its manifest is written from Cargo.lock. Compiled without
# optimisation and debug information it is ready soonest, and it works on one small file.
compile_bindgen() {
  local folder="$ROOT/target/bindgen"
  mkdir -p "$folder" "$(dirname "$BINDGEN")"
  cat >"$folder/Cargo.toml" <<TOML
[package]
name = "bindgen"
version = "0.0.0"
edition = "2024"

[[bin]]
name = "bindgen"
path = "$ROOT/scripts/bindgen/main.rs"

[dependencies]
wasm-bindgen-cli-support = "=$BINDGEN_VERSION"

[profile.dev]
debug = 0

[workspace]
TOML
  cargo build --quiet --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target"
  cp "$folder/target/debug/bindgen" "$BINDGEN"
  rm -rf "$folder"
}

setup_browser() {
  local found
  if ! found="$(node scripts/chrome.mjs 2>/dev/null)"; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      step "installing Chromium with apt-get" install_chromium
      found="$(node scripts/chrome.mjs)" || fail "apt-get installed chromium, but it is not on PATH"
    else
      fail "the browser tests need Chromium or Chrome: install one (Debian and Ubuntu: apt-get install chromium), or set CHROME to the path of one, and try again"
    fi
  fi
  say "  browser: $found"
}

install_chromium() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium
}

wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(wasm npm browser)
say "Set-up (what is there is left alone):"
check_rust
check_node
if wants npm; then begin_npm; fi
if wants wasm; then setup_wasm; fi
if wants browser; then setup_browser; fi
if wants npm; then finish_npm; fi
