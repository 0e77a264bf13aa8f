#!/usr/bin/env bash
# tensorboard_test.sh PROGRAM: runs tensorboard_test.py in a virtual environment of
# tensorboard_requirements.txt, kept in the user's cache (a 30 MB download the first time). Exits with 77,
# which CTest counts as skipped, where it cannot be made.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/tensorboard_requirements.txt
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
environment=$cache/tensorboard-$(sha256sum "$requirements" | cut -c1-12)

skip() {
    printf 'SKIPPED: %s\n' "$*"
    exit 77
}

mkdir -p "$cache" 2>/dev/null || skip "the folder '$cache' cannot be made"
exec 9>"$cache/tensorboard.lock"
flock 9
if [[ ! -e $environment/complete ]]; then
    rm -rf "$environment"
    python3 -m venv "$environment" >"$cache/tensorboard.log" 2>&1 || skip "python3 -m venv does not work"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --timeout 20 \
        --retries 2 -r "$requirements" >>"$cache/tensorboard.log" 2>&1 ||
        skip "TensorBoard could not be fetched from PyPI (see $cache/tensorboard.log)"
    touch "$environment/complete"
fi
exec 9>&-
PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" "$here/tensorboard_test.py" "$@"
