#!/usr/bin/env bash
# release.sh [--clean]: builds a release of the commit that is checked out, in a new Debian 12 of its own: the archive,
# the Debian package, the wheel, their checksums and a software bill of materials, in build/release-files. Needs root
# and debootstrap (docs/releases.md). LibTorch comes from this machine's cache, if it is there.
#
# CCACHE_DIR      a ccache folder to build with, by default ccache's own; "" for none
# --clean         removes what an earlier call left for the next one
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
# shellcheck source=scripts/debian_root.sh
. "$root/scripts/debian_root.sh"
work=$root/build/release-root
output=$root/build/release-files
case ${1:-} in
    '') ;;
    --clean)
        rm -rf "$work"
        exit
        ;;
    *)
        code=2
        die "usage: scripts/release.sh [--clean]"
        ;;
esac
[[ $(id -u) -eq 0 ]] || die "a Debian of its own needs root here; without it: cmake --build --preset release --target package"
revision=$(git -C "$root" describe --always --abbrev=12 --exclude='*') || die "'$root' is no git checkout"
if [[ -n $(git -C "$root" status --porcelain --untracked-files=no) ]]; then
    say "what is not committed does not become part of the release"
fi
date=$(git -C "$root" log -1 --format=%ct)

if [[ ! -e $work/base/complete ]]; then
    say "making a Debian 12 with debootstrap"
    mkdir -p "$work"
    make_debian_root "$work/base"
    touch "$work/base/complete"
fi
rm -rf "$work/root"
cp -a "$work/base" "$work/root"
mkdir "$work/root/source"
git -C "$root" archive HEAD | tar -xf - -C "$work/root/source"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
mkdir -p "$cache"
find_pip_settings
mounts=("${pip_mounts[@]}" "$cache:/root/.cache/cellwise")
variables=("${pip_variables[@]}" "CELLWISE_GIT_REVISION=$revision" "SOURCE_DATE_EPOCH=$date")
ccache_folder=${CCACHE_DIR-$(ccache --get-config cache_dir 2>/dev/null || true)}
if [[ -n $ccache_folder ]]; then
    mkdir -p "$ccache_folder"
    mounts+=("$ccache_folder:/ccache")
    variables+=(CCACHE_DIR=/ccache)
else
    variables+=(CCACHE_DISABLE=1)
fi
say "building $revision"
started=$SECONDS
in_debian_root "$work/root" "${mounts[@]}" -- "${variables[@]}" bash -euo pipefail -c '
    cd /source
    . scripts/messages.sh
    . scripts/packages.sh
    ensure_packages build release
    scripts/build.sh release cellwise
    cmake --build --preset release --target package >/source/build/package.log || { tail -n 20 /source/build/package.log; exit 4; }
    scripts/sbom.sh --release build/release/packages' >&2
if [[ -n $ccache_folder ]]; then
    in_debian_root "$work/root" "${mounts[@]}" -- "${variables[@]}" ccache --show-stats | sed -n '/Cacheable calls/,+1p' >&2
fi
rm -rf "$output"
cp -r "$work/root/source/build/release/packages" "$output"
rm -rf "$output/_CPack_Packages" "$work/root"
rm -f "$output"/cellwise-*-cpu.json  # CPack's description of its own work, with the build's folder in it
(cd "$output" && sha256sum cellwise* >SHA256SUMS)
say "built in $((SECONDS - started)) s:"
cat "$output/SHA256SUMS"
