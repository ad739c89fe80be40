# The peers of PyPI: sourced by run.sh here, and by the measurement of rivals, which measures the same libraries.
# shellcheck shell=bash
requirements="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/requirements.txt"

find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      python="$candidate"
      return 0
    fi
  done
  return 1
}

# install_python FOLDER: the packages of requirements.txt, in an environment of their own.
install_python() {
  local venv="$1"
  cmp -s "$requirements" "$venv/requirements.txt" && return 0
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
  cp "$requirements" "$venv/"
}
