#!/usr/bin/env bash
# Puts the public test sets before the library, and the hostile ones also before the command and the service.
# usage: run-corpora.sh CORPORA
set -euo pipefail
corpora=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
cargo build --quiet --workspace --bins
kit=target/debug/vidimus-conformance
exceptions=conformance/exceptions.json
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true; rm -rf "$work"' EXIT

echo "== the library, all sets"
$kit run --timeout 60 --exceptions "$exceptions" "$corpora/health" "$corpora/security" "$corpora/w3c" "$corpora/wallet/openbadges" "$corpora/wallet/sd-jwt-rfc9901" \
  "$corpora/wallet/sd-jwt-vc" "$corpora/wallet/eudi-verifier" "$corpora/wallet/token-status-list" \
  "$corpora/wallet/mdoc-iso18013-5-annexD" "$corpora/wallet/mdoc-realworld" "$corpora/wallet/mdoc-isomdl" \
  "$corpora/wallet/dcql" "$corpora/wallet/dif-pex" "$corpora/wallet/openid4vp"

echo "== the command, the hostile seed"
$kit run --subject vidimus-cli:target/debug/vidimus --exceptions "$exceptions" "$corpora/security/hostile-seed"

echo "== the service, the hostile seed"
$kit corpus-trust "$corpora/security/hostile-seed" --into "$work"
target/debug/vidimus serve --dev --offline --listen 127.0.0.1:0 --trust "$work/trust" --policy "$work/policy.json" 2>"$work/log" &
service=$!
address=
for _ in $(seq 100); do
  address=$(grep -oE '127\.0\.0\.1:[0-9]+' "$work/log" | head -n 1 || true)
  [ -n "$address" ] && break
  sleep 0.1
done
[ -n "$address" ] || { cat "$work/log"; exit 1; }
$kit run --subject "vidimus-http:http://$address" --exceptions "$exceptions" "$corpora/security/hostile-seed"
