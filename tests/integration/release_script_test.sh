#!/usr/bin/env bash
# release_script_test.sh PROJECT: ./cellwise with CELLWISE_RELEASE runs the release in an archive, unpacked once, and refuses
# each archive that is not whole; CELLWISE_TORCH and LIBTORCH refuse a LibTorch that the program cannot be built with.
set -euo pipefail
project=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset CELLWISE_RELEASE CELLWISE_TORCH CELLWISE_LIBTORCH LIBTORCH CMAKE_PREFIX_PATH

failed() {
    echo "$*" >&2
    exit 1
}
# refuses WORDS COMMAND…: the command ends with 4 and says these words in at most three lines, the first of them an error.
refuses() {
    local words=$1 code=0
    shift
    "$@" >"$folder/output" 2>"$folder/errors" || code=$?
    [[ $code -eq 4 ]] || failed "'$*' ended with $code, not 4: $(cat "$folder/errors")"
    grep -qF -- "$words" "$folder/errors" || failed "'$words' is not said: $(cat "$folder/errors")"
    grep -q '^cellwise: error: ' "$folder/errors" || failed "no error is told: $(cat "$folder/errors")"
    [[ $(wc -l <"$folder/errors") -le 3 && ! -s $folder/output ]] || failed "too much is said: $(cat "$folder/errors" "$folder/output")"
}

# A release whose program tells its arguments.
name=cellwise-9.9.9-linux-x86_64-cpu
mkdir -p "$folder/$name/bin" "$folder/release"
# shellcheck disable=SC2016  # the program expands it
printf '#!/bin/bash\necho "release: $*"\n' >"$folder/$name/bin/cellwise"
chmod +x "$folder/$name/bin/cellwise"
head -c 300000 /dev/urandom >"$folder/$name/library"
archive=$folder/release/$name.tar.xz
tar -C "$folder" -cJf "$archive" "$name"
(cd "$folder/release" && sha256sum "$name.tar.xz" >SHA256SUMS)
start() { XDG_CACHE_HOME=$folder/cache CELLWISE_RELEASE=${release-$archive} "$project/cellwise" "$@"; }

[[ $(start compare --seeds 2 2>"$folder/errors") == "release: compare --seeds 2" ]] || failed "the release did not run"
grep -q 'unpacking' "$folder/errors" || failed "nothing was said of unpacking"
[[ $(start 2>&1) == "release: " ]] || failed "a second start said more than the program"
# An unpacking that was interrupted is not taken for a release.
rm "$folder"/cache/cellwise/release-*/complete "$folder"/cache/cellwise/release-*/bin/cellwise
[[ $(start again 2>/dev/null) == "release: again" ]] || failed "a folder that is not whole was used"
[[ $(find "$folder/cache/cellwise" -maxdepth 1 -name 'release*' | wc -l) -eq 1 ]] || failed "unpacking left something"

rm -r "$folder/cache"
release=$folder/nothing.tar.xz refuses "cannot be read" start
release=$folder/release/SHA256SUMS refuses "is no archive" start
refuses "cannot write into '/proc/1/nowhere/cellwise'" \
    env XDG_CACHE_HOME=/proc/1/nowhere CELLWISE_RELEASE="$archive" "$project/cellwise"
cp "$archive" "$folder/whole"
head -c 200000 "$folder/whole" >"$archive"
refuses "cut short or changed" start
# What was cut short, with checksums of its own: tar tells.
(cd "$folder/release" && sha256sum "$name.tar.xz" >SHA256SUMS)
code=0
start >/dev/null 2>"$folder/errors" || code=$?
[[ $code -eq 4 ]] || failed "an archive that cannot be unpacked ended with $code"
[[ -z $(ls -A "$folder/cache/cellwise") ]] || failed "half an archive was left in the cache"
cp "$folder/whole" "$archive"
echo "0000  other.tar.xz" >"$folder/release/SHA256SUMS"
refuses "says nothing of '$name.tar.xz'" start
rm "$folder/release/SHA256SUMS"
refuses "SHA256SUMS' is not there" start

# A LibTorch, as far as the scripts look at it.
torch_of() { # its version, and what its library knows
    rm -rf "$folder/torch"
    mkdir -p "$folder/torch/include/torch/headeronly" "$folder/torch/lib"
    local parts
    IFS=. read -ra parts <<<"$1"
    printf '#define TORCH_VERSION_MAJOR %s\n#define TORCH_VERSION_MINOR %s\n#define TORCH_VERSION_PATCH %s\n' "${parts[@]}" \
        >"$folder/torch/include/torch/headeronly/version.h"
    echo "$2" >"$folder/torch/lib/libc10.so"
    touch "$folder/torch/lib/libtorch_cpu.so" "$folder/torch/__init__.py"
}
in_scripts() {
    # shellcheck disable=SC2016  # the inner shell expands these
    bash -c 'set -euo pipefail; for script in messages libtorch python_torch; do . "$0/scripts/$script.sh"; done
        libtorch=; ensure_libtorch release; echo "$libtorch"' "$project"
}
export PYTHONPATH=$folder
for version in 2.11.0 2.15.0; do
    torch_of $version _ZNSt7__cxx1112basic_string
    [[ $(CELLWISE_TORCH=python3 in_scripts) == "$folder/torch" ]] || failed "the torch $version of a Python was not taken"
    [[ $(LIBTORCH=$folder/torch in_scripts) == "$folder/torch" ]] || failed "LIBTORCH with $version was not taken"
done
torch_of 2.11.0 _ZNSs4swapERSs
CELLWISE_TORCH=python3 refuses "C++ ABI from before 2015" in_scripts
torch_of 2.9.1 _ZNSt7__cxx1112basic_string
CELLWISE_TORCH=python3 refuses "the torch of 'python3' is LibTorch 2.9.1" in_scripts
LIBTORCH=$folder/torch refuses "LIBTORCH is LibTorch 2.9.1" in_scripts
CMAKE_PREFIX_PATH=$folder/torch refuses "CMAKE_PREFIX_PATH is LibTorch 2.9.1" in_scripts
CELLWISE_TORCH=python3 refuses "Cellwise is built with 2.11.0 or 2.15.0" "$project/cellwise" --version
rm -r "$folder/torch"
mkdir "$folder/torch"
CELLWISE_TORCH=python3 refuses "LibTorch of an unknown version" in_scripts
CELLWISE_TORCH=no-such-python refuses "is no program" in_scripts
printf '#!/bin/sh\necho\n' >"$folder/bare"
chmod +x "$folder/bare"
CELLWISE_TORCH=$folder/bare refuses "which has no torch" in_scripts
CELLWISE_TORCH=/bin/false refuses "does not run Python code" in_scripts
CELLWISE_LIBTORCH=1.0 refuses "choose one of 2.11.0 2.15.0" in_scripts
