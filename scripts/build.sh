#!/usr/bin/env bash
# build.sh PRESET TARGET: installs missing packages, fetches LibTorch, configures and builds.
# With CELLWISE_WITH_TESTS=1 the packages of the tests are wanted too. Exits 4 when the machine lacks
# something that cannot be installed.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
preset=$1 target=$2
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/preset.sh
. "$root/scripts/preset.sh"
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
# shellcheck source=scripts/libtorch.sh
. "$root/scripts/libtorch.sh"
# shellcheck source=scripts/python_torch.sh
. "$root/scripts/python_torch.sh"
# shellcheck source=scripts/tree_libraries.sh
. "$root/scripts/tree_libraries.sh"

name=build/$(build_folder_of "$preset")
build_folder=$root/$name
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
ensure_cuda_headers "$preset"
ensure_tree_libraries

log=$build_folder/build.log
started=$(mktemp "$build_folder/.started.XXXXXX")
trap 'rm -f "$started"' EXIT
if [[ ! -e $build_folder/cellwise.stamp ]]; then
    say "building in $name (a few minutes the first time; log: $name/build.log)"
else
    say "the sources or LibTorch have changed: rebuilding in $name"
fi
# shellcheck disable=SC2154  # set by ensure_libtorch, ensure_cuda_headers and ensure_tree_libraries
if ! (cd "$root" && cmake --preset "$preset" -B "$build_folder" -DLIBTORCH="$libtorch" -DCELLWISE_CUDA_HEADERS="$cuda_headers" \
    -DCELLWISE_TREE_LIBRARIES="$tree_libraries" \
    -DCELLWISE_UNITY="${CELLWISE_UNITY:-ON}" \
    -DCELLWISE_TESTS="$([[ -n ${CELLWISE_WITH_TESTS:-} || -e $build_folder/.with-tests ]] && echo ON || echo OFF)") \
    >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "CMake could not configure the build: see $log"
fi
if [[ -n ${CELLWISE_WITH_TESTS:-} ]]; then touch "$build_folder/.with-tests"; fi
# The build's words go to the log; how far it is, and how long the rest may take, is told: on a terminal in one line,
# elsewhere once a minute.
tell_progress() {
    local line began=$SECONDS told=$SECONDS finished total left text
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        finished=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
        ((finished > 0)) || continue
        left=$(((SECONDS - began) * (total - finished) / finished))
        text="$finished of $total steps, about $(((left + 59) / 60)) min left"
        if [[ -t 2 ]]; then
            ((SECONDS == told)) || printf '\r\033[K%s' "$text" >&2
            told=$SECONDS
        elif ((SECONDS - told >= 60)); then
            say "$text"
            told=$SECONDS
        fi
    done
    if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}
if ! NINJA_STATUS='[%f/%t] ' cmake --build "$build_folder" --target "$target" 2>&1 | tell_progress; then
    grep -E -A 12 'error:|FAILED' "$log" | head -n 60 >&2 || true
    die "the build failed: see $log"
fi
libtorch_mark "$libtorch" >"$build_folder/libtorch.txt"
# What changed while the build ran is newer than this and will be built next time.
mv "$started" "$build_folder/cellwise.stamp"
