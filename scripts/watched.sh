#!/usr/bin/env bash
# watched.sh command…: runs it, and looks for the tokens of the tests' server in everything that it printed, in every file
# that it left in the folder for temporary ones, and in every file of this repository that it made or changed, logs of
# steps and what tests wrote among them. There must be none.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

MARK="$(sed -n 's/^export const MARK = "\(.*\)";$/\1/p' tests/server/mark.ts)"
[ -n "$MARK" ] || fail "tests/server/mark.ts has no MARK"

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tmp"
touch "$folder/begun"
status=0
TMPDIR="$folder/tmp" "$@" 2>&1 | tee "$folder/printed" || status=$?

# The source of the mark may itself have just been written.
changed() { find . -path ./.git -prune -o -type f -newer "$folder/begun" ! -path ./tests/server/mark.ts -print0; }

# Of many files grep is called several times, and each call without a find is no success.
found="$(grep -rlsF -- "$MARK" "$folder" || true)$(changed | xargs -0 -r grep -lsF -- "$MARK" || true)"
[ -z "$found" ] || fail "a token of the tests was written to: ${found//"$folder/"/}"
[ "$status" = 0 ] || exit "$status"
say "  no token was printed or left in a file"
