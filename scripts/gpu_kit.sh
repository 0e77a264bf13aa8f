#!/usr/bin/env bash
# gpu_kit.sh [--cpu]: makes build/gpu-kit, a folder to copy to a machine with a GPU that can fetch nothing (docs/gpu.md): the CUDA
# flavour built against LibTorch 2.11.0, its GPU tests, the reviews, and gpu_check.sh, which measures there. The machine's own
# PyTorch 2.11.0 gives LibTorch. The folder has at most 60 MB. --cpu takes the build in build/release, for the CPU, to try
# the kit itself.
#
# CELLWISE_DATA   a folder with imdb.npz and imdb_word_index.json; without it ./data and ../shared/data are looked at
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"
ensure_packages release
case ${1:-} in
    '') preset=cuda libtorch_wanted=2.11.0 build=$root/build/cuda-2.11.0 ;;
    --cpu) preset=release libtorch_wanted=2.15.0 build=$root/build/release ;;
    *)
        code=2
        die "usage: scripts/gpu_kit.sh [--cpu]"
        ;;
esac
export CELLWISE_WITH_TESTS=1
if [[ $preset == cuda ]]; then export CELLWISE_LIBTORCH=$libtorch_wanted; fi
"$root/scripts/build.sh" "$preset" cellwise
"$root/scripts/build.sh" "$preset" tests_gpu
kit=$root/build/gpu-kit
rm -rf "$kit"
mkdir -p "$kit/data"
work=$(mktemp -d "$build/kit.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$root/scripts/release_tree.sh" --without-torch "$build" "$work/programs"
for program in gpu_test gpu_speed; do
    cp "$build/bin/$program" "$work/programs/bin/"
    strip --strip-unneeded "$work/programs/bin/$program"
    # shellcheck disable=SC2016  # the loader expands it
    patchelf --force-rpath --set-rpath '$ORIGIN/../lib/cellwise' "$work/programs/bin/$program"
done
# Of the documents the licences alone.
mv "$work/programs/share/doc/cellwise/licenses" "$work/licenses"
rm -rf "$work/programs/share"
mkdir -p "$work/programs/share/doc/cellwise"
mv "$work/licenses" "$work/programs/share/doc/cellwise/"
python3 "$root/scripts/glibc_version.py" "$work/programs" >"$kit/glibc_version.txt"
echo "$libtorch_wanted" >"$kit/torch_version.txt"
tar --create --sort=name --owner=0 --group=0 --numeric-owner -C "$work/programs" . | xz -2 -T2 >"$kit/programs.tar.xz"

cp "$root"/scripts/gpu_kit/*.py "$root/scripts/gpu_kit/gpu_check.sh" "$root/src/benchmark/peer.py" "$root/LICENSE" "$kit/"
cp -r "$root/tests/data/keras_golden" "$kit/"
for folder in "${CELLWISE_DATA:-}" "$root/data" "$root/../shared/data"; do
    if [[ -n $folder && -e $folder/imdb.npz ]]; then
        cp "$folder/imdb.npz" "$kit/data/"
        if [[ -e $folder/imdb_word_index.json ]]; then cp "$folder/imdb_word_index.json" "$kit/data/"; fi
        break
    fi
done
[[ -e $kit/data/imdb.npz ]] || die "no imdb.npz was found: CELLWISE_DATA names the folder that has it"
chmod -R u+w "$kit"
printf '{"version": "%s", "revision": "%s", "libtorch": "%s"}\n' "$("$build/bin/cellwise" --version | cut -d ' ' -f 2)" \
    "$(git -C "$root" describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)" "$libtorch_wanted" >"$kit/kit.json"
size=$(du -sb "$kit" | cut -f 1)
((size <= 60000000)) || die "the kit has $((size / 1000000)) MB, more than 60"
say "build/gpu-kit has $((size / 1000000)) MB; on the other machine: gpu-kit/gpu_check.sh --first, then gpu-kit/gpu_check.sh --rest"
