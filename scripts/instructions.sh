#!/usr/bin/env bash
# Counts the instructions of changes in place, in an organisation of 1,000 ACLs and in one of 100,000, and fails when a
# change costs over twice as much in the large one: the cost follows the change. A count, not a time: it is the same
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

count() {
  "$BINARY" generate "$1" "$OUT/$1.json"
  valgrind --tool=callgrind --toggle-collect='*counted_*' --callgrind-out-file="$OUT/$1.out" "$BINARY" count "$OUT/$1.json"
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
join "$OUT/$SMALL.txt" "$OUT/$LARGE.txt" | awk -v rounds="$ROUNDS" -v kinds="$KINDS" -v small="$SMALL" -v large="$LARGE" -v profile="$PROFILE" '
  BEGIN {
    printf "\n  %-32s %14s %14s %7s\n", "instructions each, profile " profile, small " ACLs", large " ACLs", "ratio"
  }
  {
    name = $1
    gsub("_", " ", name)
    ratio = $3 / $2
    printf "  %-32s %14d %14d %7.2f%s\n", name, $2 / rounds, $3 / rounds, ratio, (ratio > 2 ? "  over 2: the cost does not follow the change" : "")
    if (ratio > 2) failed = 1
    seen++
  }
  END {
    if (seen != kinds) {
      printf "  %d kinds of change were counted, not %d\n", seen, kinds
      failed = 1
    }
    exit failed
  }' || fail "the instruction count of a change depends on the size of the organisation"
