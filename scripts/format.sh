#!/usr/bin/env bash
# make format: formats the sources of both languages in place.
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh npm
cargo fmt --all
biome check --write
