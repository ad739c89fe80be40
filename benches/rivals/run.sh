#!/usr/bin/env bash
# vidimus and its rivals on the same credentials in one run: the `ssi` library and the libraries of Digital Bazaar.
# Builds some 350 packages in its first run. SECONDS_TO_MEASURE=60 is how long it measures, about. See ../README.md.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
built="$target/rivals/cargo"
inputs="$target/rivals/inputs"

# shellcheck source=../../tests/interop/node.sh
. "$root/tests/interop/node.sh"
find_node || { echo "the rivals need Node 20 with npm"; exit 1; }
install_node "$target/interop/node"
peers="$target/interop/node/peers"
cp "$here"/*.mjs "$peers/"

CARGO_TARGET_DIR="$built" cargo build --quiet --release --locked --manifest-path "$here/Cargo.toml"
rm -rf "$inputs"
mkdir -m 700 -p "$inputs"
node "$peers/mint.mjs" "$here/credential.json" "$inputs"
programs=("$built/release/rival-vidimus" "$built/release/rival-ssi" "$peers/rival_digitalbazaar.mjs")
node "$peers/run.mjs" "$inputs" "${SECONDS_TO_MEASURE:-60}" "${programs[@]}"
rm -rf "$inputs"
