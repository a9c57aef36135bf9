# shellcheck shell=bash
# Sourced by the other scripts: where things are, how a step is reported, which tools are used.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
LOGS="$ROOT/target/logs"
mkdir -p "$LOGS"

# Cargo is used from PATH; failing that, from where rustup and the official images put it.
for bin in "${CARGO_HOME:-}/bin" "${HOME:-}/.cargo/bin" /usr/local/cargo/bin; do
  if [ -x "$bin/cargo" ]; then
    command -v cargo >/dev/null 2>&1 || PATH="$PATH:$bin"
    command -v rustup >/dev/null 2>&1 || PATH="$PATH:$bin"
  fi
done
PATH="$ROOT/node_modules/.bin:$PATH"
export PATH

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step "what it does" command…: one line with the time it took; the output is shown only when it fails.
step() {
  local label="$1" log start
  shift
  log="$LOGS/$(printf '%s' "$label" | tr -cs 'A-Za-z0-9' '-').log"
  start=$SECONDS
  printf '  %s … ' "$label"
  if "$@" >"$log" 2>&1 </dev/null; then
    printf '%d s\n' $((SECONDS - start))
  else
    printf 'failed after %d s\n' $((SECONDS - start))
    tail -n 60 "$log" >&2
    fail "$label: the whole output is in ${log#"$ROOT"/}"
  fi
}

# section "what runs": the output of what follows is shown as it comes.
section() { printf '\n== %s\n' "$*"; }

# The version of a crate as Cargo.lock has it: the one place where it is pinned.
locked_version() {
  awk -v name="$1" '$1 == "name" && $3 == "\"" name "\"" { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock 2>/dev/null || true
}

BINDGEN_VERSION="$(locked_version wasm-bindgen)"
# shellcheck disable=SC2034 # used by the scripts that source this
BINDGEN="$ROOT/.tools/bin/bindgen-$BINDGEN_VERSION"

# content_hash file…: one hash over names and contents, of files that git would see (folders are walked).
content_hash() {
  find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
