#!/usr/bin/env bash
# Checks the format of all C++ files, the arrows between folders, lints the rooms that see no Torch (a file of the others
# takes half a minute; src/data/tables is not clean under clang-tidy yet) and the shell scripts. `scripts/lint.sh --fix`
# formats instead of complaining.
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

# clang-tidy reads the files in the build's packs, so that each pack's headers are read once. What GCC
# precompiled is nothing for clang: its commands do without.
mkdir -p build/lint
packs() {
    python3 - build/release/compile_commands.json build/lint/compile_commands.json <<'END'
import json, re, sys
rooms = re.compile(r" -o src/(core|data|records|report|settings|statistics)/CMakeFiles/")
entries = [entry for entry in json.load(open(sys.argv[1])) if rooms.search(entry["command"])]
for entry in entries:
    entry["command"] = re.sub(r" -Winvalid-pch| -include \S+/cmake_pch\.hxx", "", entry["command"])
with open(sys.argv[2], "w") as commands:
    json.dump(entries, commands)
print("\n".join(sorted(entry["file"] for entry in entries)))
END
}
mapfile -t lean < <(packs)
printf '%s\n' "${lean[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/lint --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*'
say "clang-tidy: ${#lean[@]} packs of files are clean"
