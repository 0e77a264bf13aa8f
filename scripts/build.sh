#!/usr/bin/env bash
# build.sh PRESET TARGET: installs missing packages, fetches LibTorch, configures and builds.
# With CELLWISE_WITH_TESTS=1 the packages of the tests are wanted too. Exits 4 when the machine lacks
# something that cannot be installed.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
preset=$1 target=$2
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
# shellcheck source=scripts/libtorch.sh
. "$root/scripts/libtorch.sh"
# shellcheck source=scripts/tree_libraries.sh
. "$root/scripts/tree_libraries.sh"

build_folder=$root/build/$preset
if ! mkdir -p "$build_folder" 2>/dev/null; then
    die "cannot make the folder '$build_folder': make the checkout writable, or clone it where you may write"
fi

# Two commands started at once must not build in one folder at the same time.
exec 9>"$build_folder/.lock"
if command -v flock >/dev/null; then flock 9; fi

groups=(build)
if [[ -n ${CELLWISE_WITH_TESTS:-} ]]; then groups+=(tests); fi
ensure_packages "${groups[@]}"
ensure_libtorch "$preset"
ensure_tree_libraries

log=$build_folder/build.log
started=$(mktemp "$build_folder/.started.XXXXXX")
trap 'rm -f "$started"' EXIT
if [[ ! -e $build_folder/cellwise.stamp ]]; then
    say "building in build/$preset (a few minutes the first time; log: build/$preset/build.log)"
else
    say "the sources have changed: rebuilding in build/$preset"
fi
# shellcheck disable=SC2154  # libtorch is set by ensure_libtorch, tree_libraries by ensure_tree_libraries
if ! (cd "$root" && cmake --preset "$preset" -DLIBTORCH="$libtorch" -DCELLWISE_TREE_LIBRARIES="$tree_libraries" \
    -DCELLWISE_UNITY="${CELLWISE_UNITY:-ON}" \
    -DCELLWISE_TESTS="$([[ -n ${CELLWISE_WITH_TESTS:-} || -e $build_folder/.with-tests ]] && echo ON || echo OFF)") \
    >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "CMake could not configure the build: see $log"
fi
if [[ -n ${CELLWISE_WITH_TESTS:-} ]]; then touch "$build_folder/.with-tests"; fi
if ! cmake --build "$build_folder" --target "$target" >>"$log" 2>&1; then
    grep -E -A 12 'error:|FAILED' "$log" | head -n 60 >&2 || true
    die "the build failed: see $log"
fi
# What changed while the build ran is newer than this and will be built next time.
mv "$started" "$build_folder/cellwise.stamp"
