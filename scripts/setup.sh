#!/usr/bin/env bash
# Brings a fresh machine to where everything here can be built and tested; skips what is there.
# Usage: scripts/setup.sh [rust] [wasm] [node] [browser]      (all of them when none is named)
# Nothing is written outside the repository but by cargo, rustup, npm and apt-get themselves.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

need_rust() {
  command -v cargo >/dev/null 2>&1 || fail "cargo was not found on PATH, in \$CARGO_HOME/bin or in ~/.cargo/bin; install Rust from https://rustup.rs and try again"
}

setup_rust() {
  need_rust
  say "  Rust: $(cargo --version)"
}

# What compiles the crate to WebAssembly: the target's standard library and wasm-bindgen's command line.
setup_wasm() {
  need_rust
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
    command -v rustup >/dev/null 2>&1 || fail "this Rust has no target wasm32-unknown-unknown and there is no rustup to add it; install Rust from https://rustup.rs, or your system's package for that target"
    step "adding the Rust target wasm32-unknown-unknown" rustup target add wasm32-unknown-unknown
  fi
  local wanted
  wanted="$(locked_version wasm-bindgen)"
  [ -n "$wanted" ] || fail "Cargo.lock names no wasm-bindgen"
  # Its command line must be of exactly the version of the library. Compiled without optimisation and without
  # debug information it is ready in half the time, and it works on one small file. `--locked` is left out: the
  # newest compatible dependencies build where those of its own lock file may not be had.
  if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $wanted" ]; then
    step "compiling wasm-bindgen $wanted into .tools (about 2 minutes, once)" \
      env CARGO_TARGET_DIR="$ROOT/target/tools" CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --debug --force \
      --root "$ROOT/.tools" --bin wasm-bindgen wasm-bindgen-cli --version "=$wanted"
    rm -rf "$ROOT/target/tools"
  fi
  say "  wasm: $(wasm-bindgen --version), target wasm32-unknown-unknown"
}

setup_node() {
  command -v node >/dev/null 2>&1 || fail "node was not found; install Node.js 20.19 or later from https://nodejs.org and try again"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old; install 20.19 or later from https://nodejs.org and try again"
  command -v npm >/dev/null 2>&1 || fail "npm was not found; it comes with Node.js from https://nodejs.org"
  # What npm installs depends on the lock file and the workspaces' manifests.
  local manifests stamp=node_modules/.aclarity
  manifests="$(cat package-lock.json package.json ./*/package.json tests/*/package.json www-example/*/package.json benches/*/package.json 2>/dev/null | sha256sum)"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$manifests" ]; then
    step "installing npm packages" npm ci --ignore-scripts --no-audit --no-fund
    printf '%s' "$manifests" >"$stamp"
  fi
  say "  Node: $(node --version), npm $(npm --version 2>/dev/null)"
}

setup_browser() {
  local found
  if ! found="$(node scripts/chrome.mjs 2>/dev/null)"; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      step "installing Chromium with apt-get" bash -c 'export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium'
      found="$(node scripts/chrome.mjs)" || fail "apt-get installed chromium, but it is not on PATH"
    else
      fail "the browser tests need Chromium or Chrome: install one (Debian and Ubuntu: apt-get install chromium), or set CHROME to the path of one, and try again"
    fi
  fi
  say "  browser: $found"
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(rust wasm node browser)
say "Set-up (what is there is left alone):"
for part in "${parts[@]}"; do
  "setup_$part"
done
