#!/usr/bin/env bash
# install_test.sh BUILD SOURCE: installs the program and the package into a new folder, builds the
# project tests/consumer against it there, and runs both.
set -euo pipefail
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/prefix" >"$folder/log" || { cat "$folder/log"; exit 1; }
"$folder/prefix/bin/cellwise" --version
"$folder/prefix/bin/cellwise" gates --cell lstm >/dev/null  # by the program with LibTorch
[[ $(ls "$folder/prefix/bin") == cellwise ]]
for file in bash-completion/completions/cellwise zsh/site-functions/_cellwise man/man1/cellwise.1; do
    grep -q 'cellwise' "$folder/prefix/share/$file"
done
cmake -G Ninja -S "$source/tests/consumer" -B "$folder/consumer" -DCMAKE_PREFIX_PATH="$folder/prefix" \
    -DCMAKE_BUILD_TYPE=Debug
cmake --build "$folder/consumer"
"$folder/consumer/consumer" | tee "$folder/output"
grep -q '^1317313 parameters, probabilities \[2\]$' "$folder/output"
