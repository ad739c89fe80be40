#!/usr/bin/env bash
# Whether the scripts of the measurement can be read at all. CI runs this; it measures nothing and installs nothing.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../../tests/interop/node.sh
. ../../tests/interop/node.sh
# shellcheck source=../../tests/interop/python.sh
. ../../tests/interop/python.sh

bash -n run.sh
if find_node; then
  for script in *.mjs; do node --check "$script"; done
else
  echo "skipped: there is no Node 20"
fi
if find_python; then
  for script in *.py; do "$python" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$script"; done
else
  echo "skipped: there is no Python 3.11"
fi
