#!/usr/bin/env bash
# vidimus and every rival that the package registries have, on the same credentials in one run. See ../README.md.
#
# run.sh [--seconds N] [--json FILE] [--row PREFIX].. [--without NAME]..
# Builds some 500 packages in its first run. A crate that is left out is not built: `--without ssi` and `--without isomdl` spare most.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
built="$target/rivals/cargo"
inputs="$target/rivals/inputs"
installed="$target/interop"
export PYTHONDONTWRITEBYTECODE=1

# shellcheck source=../../tests/interop/node.sh
. "$root/tests/interop/node.sh"
# shellcheck source=../../tests/interop/python.sh
. "$root/tests/interop/python.sh"
find_node || { echo "the rivals need Node 20 with npm"; exit 1; }
find_python || { echo "the rivals need Python 3.11 with venv"; exit 1; }
install_node "$installed/node"
install_python "$installed/venv"
cp "$here"/*.mjs "$installed/node/peers/"

# is_without NAME ARGUMENTS: whether these arguments leave that contender out.
is_without() {
  local name="$1" before=""
  shift
  for argument in "$@"; do
    case "$before$argument" in "--without $name" | "--without=$name") return 0 ;; esac
    before=""
    [ "$argument" != --without ] || before="--without "
  done
  return 1
}

for contender in mint vidimus pipeline dgc ssi isomdl sd-jwt-rs; do
  # `ring-bare` is built with `pipeline`.
  if [ "$contender" != pipeline ] && is_without "$contender" "$@"; then continue; fi
  manifest="$here/$contender/Cargo.toml"
  # Not --locked: vidimus may have another dependency by now. What the lock files hold stays as it is.
  CARGO_TARGET_DIR="$built" cargo build --quiet --release --manifest-path "$manifest" --package "rival-$contender"
done

rm -rf "$inputs"
mkdir -m 700 -p "$inputs"
"$built/release/rival-mint" "$inputs"
places="$(node -e 'console.log(JSON.stringify(Object.fromEntries(process.argv.slice(1).map((each) => each.split("=", 2)))))' \
  "inputs=$inputs" "programs=$built/release" "scripts=$here" "node=$installed/node/peers" "modules=$installed/node/node_modules" \
  "python=$installed/venv/bin/python" "requirements=$root/tests/interop/requirements.txt")"
node "$installed/node/peers/run.mjs" "$places" "$@"
rm -rf "$inputs"
