# The peers of npm: sourced by run.sh here, and by the measurement of rivals, which measures the same libraries.
# shellcheck shell=bash
interop="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

find_node() {
  command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' >/dev/null 2>&1
}

# install_node FOLDER: the packages of package-lock.json, and the peers' scripts beside them.
install_node() {
  local node="$1"
  if ! cmp -s "$interop/package-lock.json" "$node/installed.json"; then
    rm -rf "$node"
    mkdir -p "$node"
    cp "$interop/package.json" "$interop/package-lock.json" "$interop/.npmrc" "$node/"
    (cd "$node" && npm ci --loglevel=error)
    # Node cannot load this package as it is: modules of the new kind under names of the old.
    (cd "$node" && node node_modules/esbuild-wasm/bin/esbuild node_modules/@pathcheck/dcc-sdk/lib/main.js \
      --bundle --platform=node --format=cjs --log-level=error --outfile=pathcheck-dcc.cjs)
    cp "$node/package-lock.json" "$node/installed.json"
  fi
  # Beside node_modules, where Node looks for packages.
  rm -rf "$node/peers"
  mkdir "$node/peers"
  cp "$interop"/peers/*.cjs "$interop"/peers/*.mjs "$node/peers/"
}

