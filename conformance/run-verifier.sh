#!/usr/bin/env bash
# Starts the service on a free port, and puts the certification of verifiers before it.
# usage: run-verifier.sh [ARGUMENTS of `vidimus-conformance verifier`]
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}/debug"
cargo build --quiet --workspace --bins
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true; rm -rf "$work"' EXIT

# The certificate names the host and the file names the port, so that both are known before the service is there.
for port in $(shuf -i 20000-32000 -n 5); do
  url="http://localhost:$port"
  "$target/vidimus-conformance" verifier --print-trust --into "$work" --public-url "$url" >/dev/null
  "$target/vidimus" serve --dev --offline --listen "127.0.0.1:$port" --trust "$work/trust" --policy "$work/policy.json" \
    --presentations "$work/presentations.json" >"$work/log" 2>&1 &
  service=$!
  for _ in $(seq 100); do
    grep -q "serving" "$work/log" && break 2
    kill -0 "$service" 2>/dev/null || break
    sleep 0.1
  done
  service=
done
[ -n "$service" ] || { cat "$work/log"; exit 1; }
"$target/vidimus-conformance" verifier --url "$url" "$@"
