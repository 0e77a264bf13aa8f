#!/usr/bin/env bash
# run.sh SCRIPT.py [ARGUMENT…]: runs a Python test with real Keras. The first use makes a virtual
# environment of tests/interop/requirements.txt in the user's cache (110 MB of downloads); where that is
# not possible it exits with 77, which CTest counts as skipped, and says why. Another list of packages:
# CELLWISE_INTEROP_REQUIREMENTS.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
requirements=${CELLWISE_INTEROP_REQUIREMENTS:-$here/requirements.txt}
environment=$cache/interop-$(sha256sum "$requirements" | cut -c1-12)

skip() {
    printf 'SKIPPED: %s\n' "$*"
    exit 77
}

make_environment() {
    local log=$cache/interop.log
    rm -rf "$environment"
    python3 -m venv "$environment" >"$log" 2>&1 || skip "python3 -m venv does not work (see $log)"
    if ! "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --timeout 20 --retries 2 -r "$requirements" >>"$log" 2>&1; then
        rm -rf "$environment"
        skip "the packages could not be fetched from PyPI (see $log)"
    fi
    touch "$environment/complete"
}

mkdir -p "$cache" 2>/dev/null || skip "the folder '$cache' cannot be made"
exec 9>"$cache/interop.lock"
flock 9
[[ -e $environment/complete ]] || make_environment
exec 9>&-
export KERAS_BACKEND=jax JAX_PLATFORMS=cpu PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here
exec "$environment/bin/python" "$@"
