#!/usr/bin/env bash
# Interop with independent implementations: what they issue, vidimus must judge rightly; what vidimus issues, they must read.
# Installs the peers itself, into the target folder. One line a case; the last line counts. See README.md.
#
# VIDIMUS=path/to/vidimus tests that binary instead of building one; VIDIMUS_CONFORMANCE is the kit's.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
work="$target/interop"
node="$work/node"
run="$work/run"
export PYTHONDONTWRITEBYTECODE=1 INTEROP_RUN="$run" INTEROP_PATHCHECK_DCC="$node/pathcheck-dcc.cjs"

# shellcheck source=node.sh
. "$here/node.sh"
# shellcheck source=python.sh
. "$here/python.sh"

# Without an interpreter there is nothing to test; where CI is set that is a failure.
skip() {
  if [ -n "${CI:-}" ]; then
    echo "FAIL interop: $1, and this is CI"
    exit 1
  fi
  echo "skipped: interop: $1"
  exit 0
}

# peer SCRIPT [ARGUMENTS]: runs a peer's script.
peer() {
  local script="$1"
  shift
  case "$script" in
    *.py) "$work/venv/bin/python" "$here/peers/$script" "$@" ;;
    *) node "$node/peers/$script" "$@" ;;
  esac
}

# A script that stops before its end is a failure like any other.
stopped() {
  local why
  why="$(grep -m 1 -E 'Error|Exception' "$run/stderr" || tail -n 1 "$run/stderr")"
  echo "FAIL interop $1 stopped: $why" | tee -a "$run/lines"
}

# issue SCRIPT: a peer's credentials, for vidimus to judge.
issue() {
  peer "$1" >"$run/theirs/$1.jsonl" 2>"$run/stderr" || stopped "$1"
}

# lines SCRIPT [ARGUMENTS]: a script whose output are lines of the outcome.
lines() {
  peer "$@" 2>"$run/stderr" | tee -a "$run/lines" || stopped "$1"
}

find_python || skip "there is no Python 3.11 with venv"
find_node || skip "there is no Node 20 with npm"
mkdir -p "$work"
install_python "$work/venv"
install_node "$node"
if [ -z "${VIDIMUS:-}" ]; then
  (cd "$root" && cargo build --quiet --bin vidimus)
  export VIDIMUS="$target/debug/vidimus"
fi
if [ -z "${VIDIMUS_CONFORMANCE:-}" ]; then
  (cd "$root" && cargo build --quiet -p vidimus-conformance --bin vidimus-conformance)
  export VIDIMUS_CONFORMANCE="$target/debug/vidimus-conformance"
fi

# The run holds private keys, if only such as nobody needs again.
rm -rf "$run"
mkdir -m 700 "$run" "$run/theirs"
: >"$run/lines"
peer cast.py
peer keys_w3c.mjs

for script in issue_cwt.py issue_jwcrypto.py issue_jose.mjs issue_pathcheck_dcc.cjs issue_pathcheck_shc.cjs \
  issue_digitalbazaar.mjs issue_vc_jwt.mjs issue_sd_jwt.mjs issue_sd_jwt.py issue_mdoc.mjs issue_isomdoc.py; do
  issue "$script"
done
issue issue_qrcode.py
lines judge.py "$run"/theirs/*.jsonl

lines ours.py
lines ours_w3c.py
lines ours_sd_jwt.py
lines ours_mdoc.py
for script in read_cwt.py read_jwcrypto.py read_jose.mjs read_dcc_utils.cjs read_pathcheck_dcc.cjs \
  read_pathcheck_shc.cjs read_nzcp.cjs read_digitalbazaar.mjs read_vc_jwt.mjs read_sd_jwt.mjs read_sd_jwt.py read_mdoc.mjs \
  read_jsqr.cjs; do
  lines "$script"
done
lines openid4vp.mjs

passed=$(grep -c '^pass ' "$run/lines" || true)
failed=$(grep -c '^FAIL ' "$run/lines" || true)
rm -rf "$run"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
