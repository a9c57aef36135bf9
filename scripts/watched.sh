#!/usr/bin/env bash
# watched.sh command…: runs it, and looks in everything that it printed, and in every file that it left in the folder for
# temporary ones, for the tokens of the tests' server. There must be none.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

MARK="$(sed -n 's/^export const MARK = "\(.*\)";$/\1/p' tests/server/mark.ts)"
[ -n "$MARK" ] || fail "tests/server/mark.ts has no MARK"

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tmp"
TMPDIR="$folder/tmp" "$@" 2>&1 | tee "$folder/printed"

if found="$(grep -rlF -- "$MARK" "$folder")"; then
  fail "a token of the tests was written to: ${found//"$folder/"/}"
fi
say "  no token was printed or left in a file"
