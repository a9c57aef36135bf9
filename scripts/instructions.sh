#!/usr/bin/env bash
# Counts the instructions of loading, of questions and of changes in place, in an organisation of 1,000 ACLs and in one
# of 100,000, and fails when something costs over twice as much in the large one: loading for each kilobyte of the
# export's text, everything else as it is. The cost follows what is done. A count, not a time: it is the same
# on a busy machine. Usage: scripts/instructions.sh [test | bench], the profile that is built; `test` shares its build
# with `cargo test`, `bench` is what `cargo bench` measures.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PROFILE="${1:-test}"
SMALL=1000
LARGE=100000
OUT="$ROOT/target/instructions"
mkdir -p "$OUT"

install_valgrind() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends valgrind
}

if ! command -v valgrind >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    step "installing valgrind with apt-get" install_valgrind
  else
    say "NOT CHECKED: that the cost of \`apply\` follows the change. Instructions are counted by valgrind, which is not"
    say "installed; install it (Debian and Ubuntu: apt-get install valgrind) and run scripts/instructions.sh again."
    exit 0
  fi
fi

build() {
  cargo "$PROFILE" --locked --bench instructions --no-run
}
step "compiling what is counted" build
# cargo's last line names it: `Executable benches/instructions.rs (target/…/instructions-0123456789abcdef)`.
BINARY="$(build 2>&1 | sed -n 's/.*Executable.*(\(.*\))$/\1/p')"
[ -x "$BINARY" ] || fail "cargo named no executable for benches/instructions.rs"

# What ends early has counted less: `step` asks whether all of it worked, so that the shell does not stop by itself.
count() {
  "$BINARY" generate "$1" "$OUT/$1.json" || return 1
  valgrind --tool=callgrind --toggle-collect='*counted_*' --callgrind-out-file="$OUT/$1.out" "$BINARY" count "$OUT/$1.json" || return 1
  wc -c <"$OUT/$1.json" >"$OUT/$1.bytes"
  rm -f "$OUT/$1.json"
  # Lines such as `2,205,090 (24.78%)  ???:instructions::counted_acl_added [file]`. What was inlined from other files has
  # further, smaller lines.
  callgrind_annotate --inclusive=yes --threshold=100 "$OUT/$1.out" |
    sed -nE 's/^ *([0-9,]+) .*:counted_([a-z0-9_]+).*/\2 \1/p' | tr -d , |
    awk '$2 > most[$1] { most[$1] = $2 } END { for (name in most) print name, most[name] }' | sort >"$OUT/$1.txt"
}
step "counting with $SMALL ACLs" count "$SMALL"
step "counting with $LARGE ACLs" count "$LARGE"

ROUNDS="$(sed -nE 's/^const ROUNDS: usize = ([0-9]+);/\1/p' benches/instructions.rs)"
KINDS="$(grep -c '^fn counted_' benches/instructions.rs)"
join "$OUT/$SMALL.txt" "$OUT/$LARGE.txt" | awk -v rounds="$ROUNDS" -v kinds="$KINDS" -v small="$SMALL" -v large="$LARGE" -v profile="$PROFILE" \
  -v bytes_small="$(cat "$OUT/$SMALL.bytes")" -v bytes_large="$(cat "$OUT/$LARGE.bytes")" '
  BEGIN {
    printf "\n  %-32s %14s %14s %7s\n", "instructions each, profile " profile, small " ACLs", large " ACLs", "ratio"
  }
  {
    name = $1
    gsub("_", " ", name)
    loading = name ~ /^loading/
    if (loading) name = name ", per kB of JSON"
    few = $2 / (loading ? bytes_small / 1000 : rounds)
    many = $3 / (loading ? bytes_large / 1000 : rounds)
    ratio = many / few
    printf "  %-32s %14d %14d %7.2f%s\n", name, few, many, ratio, (ratio > 2 ? "  over 2: the cost does not follow what is done" : "")
    if (ratio > 2) failed = 1
    seen++
  }
  END {
    if (seen != kinds) {
      printf "  %d kinds were counted, not %d\n", seen, kinds
      failed = 1
    }
    exit failed
  }' || fail "an instruction count depends on the size of the organisation"
