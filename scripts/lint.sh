#!/usr/bin/env bash
# Checks the format of all C++ files, the arrows between folders, lints those that see no Torch (the others take half a minute
# each; src/data/tables is not clean under clang-tidy yet) and the shell scripts. `scripts/lint.sh --fix` formats instead of complaining.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/messages.sh
. scripts/messages.sh
# shellcheck source=scripts/packages.sh
. scripts/packages.sh
ensure_packages lint

mapfile -t sources < <(git ls-files '*.cpp' '*.h')
if [[ ${1:-} == --fix ]]; then
    clang-format -i "${sources[@]}"
    exit
fi
clang-format --dry-run --Werror "${sources[@]}"
say "format: ${#sources[@]} files are as clang-format writes them"

mapfile -t scripts < <(git ls-files 'scripts/*.sh' cellwise run-tests .ci/run 'docker/*.sh' 'tests/*/*.sh')
shellcheck -x "${scripts[@]}"
say "shellcheck: ${#scripts[@]} scripts are clean"

python3 scripts/arrows.py
say "arrows: every include follows docs/architecture.md"

# The build compiles files together; here each is judged by its own includes.
libtorch=$(sed -n 's/^LIBTORCH:PATH=//p' build/release/CMakeCache.txt)
cmake -G Ninja -S . -B build/lint -DCMAKE_BUILD_TYPE=Release -DLIBTORCH="$libtorch" -DCELLWISE_UNITY=OFF >/dev/null

mapfile -t lean < <(git ls-files 'src/core/*.cpp' 'src/data/*.cpp' 'src/statistics/*.cpp' 'src/report/*.cpp' ':!src/data/tables')
printf '%s\n' "${lean[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build/lint --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*'
say "clang-tidy: ${#lean[@]} files are clean"
