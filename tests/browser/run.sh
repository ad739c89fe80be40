#!/usr/bin/env bash
# The page in Chromium, without a window: what people see and do there, what it may not do, and what an accessibility checker says.
# One line a case; the last line counts. Pictures of the page are left in target/browser/shots, to be looked at. See README.md.
#
# VIDIMUS=path/to/vidimus tests that binary instead of building one; CHROMIUM=path another browser. An argument runs the cases whose
# names hold it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
work="$target/browser"
node="$work/node"

# Where CI is set, what is missing is installed, and what cannot be is a failure.
skip() {
  if [ -n "${CI:-}" ]; then
    echo "FAIL browser: $1, and this is CI"
    exit 1
  fi
  echo "skipped: browser: $1"
  exit 0
}

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return 0
  done
  return 1
}

install_chromium() {
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo"
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
}

install_node() {
  cmp -s "$here/package-lock.json" "$node/installed.json" && return 0
  rm -rf "$node"
  mkdir -p "$node"
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$node/"
  (cd "$node" && npm ci --loglevel=error)
  cp "$node/package-lock.json" "$node/installed.json"
}

command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' >/dev/null 2>&1 \
  || skip "there is no Node 20 with npm"
if [ -z "${CHROMIUM:-}" ]; then
  CHROMIUM="$(find_chromium)" || { [ -n "${CI:-}" ] && install_chromium >/dev/null && CHROMIUM="$(find_chromium)"; } \
    || skip "there is no Chromium"
fi
mkdir -p "$work"
install_node
if [ -z "${VIDIMUS:-}" ]; then
  (cd "$root" && cargo build --quiet --bin vidimus)
  VIDIMUS="$target/debug/vidimus"
fi

# The run holds private keys, if only such as nobody needs again.
run="$work/run"
rm -rf "$run" "$work/shots" "$node/cases"
mkdir -m 700 "$run"
# Beside node_modules, where Node looks for packages.
mkdir "$work/shots" "$node/cases"
cp "$here"/*.mjs "$node/cases/"
export CHROMIUM VIDIMUS BROWSER_RUN="$run" BROWSER_ROOT="$root" BROWSER_SHOTS="$work/shots"
code=0
node "$node/cases/run.mjs" "$@" || code=$?
rm -rf "$run"
exit "$code"
