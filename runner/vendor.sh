#!/bin/sh
# Fills vendor/py310 and vendor/py39 with the pinned, pure-Python packages that travel with the runner.
# Does nothing when they are up to date. Any Python with pip will do: nothing of the running one gets in.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
export PIP_ROOT_USER_ACTION=ignore

fill() { # folder, Python version, requirements
  stamp="vendor/$1/.stamp"
  want=$(cksum <"$3")
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  fresh="vendor/.$1.$$"
  rm -rf "$fresh"
  mkdir -p vendor
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile --require-hashes \
    --only-binary :all: --implementation py --abi none --platform any --python-version "$2" \
    --target "$fresh" --requirement "$3"
  # Entry points would run with the wrong interpreter; a compiled module would tie the set to one platform.
  rm -rf "$fresh/bin" "$fresh/jsonschema/tests" "$fresh/jsonschema/benchmarks"
  find "$fresh" -name '*.so' -o -name '*.pyd' | while read -r file; do
    echo "vendor.sh: $file is compiled, remove it or choose a pure wheel" >&2
    rm -f "$file"
  done
  echo "$want" >"$fresh/.stamp"
  rm -rf "vendor/$1"
  mv "$fresh" "vendor/$1"
  echo "vendor/$1: $(du -sh "vendor/$1" | cut -f1)"
}

fill py310 3.10 requirements-py310.txt
fill py39 3.9 requirements-py39.txt
