#!/usr/bin/env bash
# test.sh [--cuda] [--no-build | --clean]: builds the CPU image with buildah and runs it as its own user: no engine, no
# daemon, no registry is needed, but root, buildah and debootstrap are. Prints what it checks, then the image's size.
# --cuda takes the image for GPUs (15 GB of disk and more); what it does without a GPU is checked.
#
# RELEASE         an archive in build/release-files that the CPU image is made of, instead of being built from the sources
# BASE            a Debian 12 image that buildah can get; without it one is made with debootstrap
# CCACHE_DIR      a ccache folder to build with, by default ccache's own; "" for none
# What is built lies in build/docker: a second call reuses the base image, --no-build the image itself, --clean
# removes both.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/docker
flavour=cpu action=build
for argument in "$@"; do
    case $argument in
        --cuda) flavour=cuda ;;
        --no-build) action=check ;;
        --clean) action=clean ;;
        *)
            echo "usage: docker/test.sh [--cuda] [--no-build | --clean]" >&2
            exit 2
            ;;
    esac
done
if [[ $flavour == cuda ]]; then
    dockerfile=$root/docker/Dockerfile.cuda image=localhost/cellwise:cuda
else
    dockerfile=$root/docker/Dockerfile image=localhost/cellwise
fi
# shellcheck source=scripts/debian_root.sh
. "$root/scripts/debian_root.sh"
# shellcheck source=scripts/checks.sh
. "$root/scripts/checks.sh"
say() { printf 'docker/test.sh: %s\n' "$*"; }
die() {
    say "error: $*" >&2
    exit 4
}
[[ $(id -u) -eq 0 ]] || die "buildah's chroot isolation needs root here"
command -v buildah >/dev/null || die "buildah is missing: apt-get install buildah"

store=(--storage-driver vfs --root "$work/storage" --runroot "$work/run")
if [[ $action == clean ]]; then
    buildah "${store[@]}" rm --all >/dev/null 2>&1 || true
    rm -rf "$work"
    exit
fi
mkdir -p "$work"

# localhost/cellwise-base: a minimal Debian 12 that gets its packages where this machine gets them.
make_base() {
    local folder=$work/base
    say "making a base image with debootstrap"
    mkdir -p "$folder"
    make_debian_root "$folder/root"
    tar -C "$folder/root" -cf "$folder/root.tar" .
    printf 'FROM scratch\nADD root.tar /\n' >"$folder/Dockerfile"
    buildah "${store[@]}" bud --isolation chroot --format docker -t localhost/cellwise-base "$folder" >"$folder/log" 2>&1 ||
        die "buildah could not make the base image: see $folder/log"
    rm -rf "$folder/root" "$folder/root.tar"
}

if [[ -z ${BASE:-} ]]; then
    BASE=localhost/cellwise-base
    buildah "${store[@]}" inspect --type image "$BASE" >/dev/null 2>&1 || make_base
fi

arguments=(--build-arg "BASE=$BASE")
arguments+=(--build-arg "REVISION=$(git -C "$root" describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)")
ccache_folder=${CCACHE_DIR-$(ccache --get-config cache_dir 2>/dev/null || true)}
if [[ -n $ccache_folder ]]; then
    mkdir -p "$ccache_folder"
    arguments+=(--volume "$ccache_folder:/host-ccache" --build-arg CCACHE_FOLDER=/host-ccache)
fi
if [[ -n ${RELEASE:-} ]]; then
    RELEASE=$(realpath --relative-to "$root" "$RELEASE")
    arguments+=(--build-arg "RELEASE=$RELEASE")
fi
find_pip_settings
for mount in "${pip_mounts[@]}"; do arguments+=(--volume "$mount:ro"); done
for variable in "${pip_variables[@]}"; do arguments+=(--build-arg "$variable"); done

build_image() {
    local log=$work/build-$flavour.log
    say "building the image (log: ${log#"$root"/})"
    started=$SECONDS
    buildah "${store[@]}" bud --isolation chroot --format docker "${arguments[@]}" \
        -f "$dockerfile" -t "$image" "$root" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        die "the image could not be built"
    }
    say "built in $((SECONDS - started)) s"
    grep -A 3 'Cacheable calls' "$log" | head -n 2 || true
}
if [[ $action == build ]]; then build_image; fi

# The image as it is described, and as it lies on the disk.
container=$(buildah "${store[@]}" from "$image")
mounted=$(buildah "${store[@]}" mount "$container")
trap 'buildah "${store[@]}" rm "$container" >/dev/null' EXIT
configured() {
    buildah "${store[@]}" inspect --type image "$image" |
        python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["Docker"]["config"].get(sys.argv[1])))' "$1"
}
health=$(configured Healthcheck)
is() { [[ $1 == "$2" ]] || { say "found $1, expected $2"; false; }; }
check "the image's user is not root" is "$(configured User)" '"10001:10001"'
check "data, runs and cache are volumes" is "$(configured Volumes)" '{"/work/cache": {}, "/work/data": {}, "/work/runs": {}}'
check "the health check is cellwise doctor" grep -q '"CMD", "/usr/bin/cellwise", "doctor"' <<<"$health"
if [[ $flavour == cpu ]]; then
    programs() { (cd "$mounted" && find . -type f -perm /111 ! -name '*.so*' | sort | tr '\n' ' '); }
    check "there is no other program in the image" is "$(programs)" './usr/bin/cellwise ./usr/lib/cellwise/cellwise-torch '
    check "nothing in it is setuid or setgid" is "$(find "$mounted" -xdev -type f -perm /6000)" ''
fi

# buildah lays its own empty volumes over those that are given below, where the image declares some.
buildah "${store[@]}" config --volume /work/data- --volume /work/runs- --volume /work/cache- "$container"

# Runs the image's program as its user, with data and runs mounted, as an engine would.
data=$work/no-data  # then the program's own synthetic reviews do
mkdir -p "$data"
if [[ -d $root/../shared/data ]]; then data=$(readlink -f "$root/../shared/data"); fi
rm -rf "$work/runs" "$work/cache"
install -d -o 10001 -g 10001 "$work/runs" "$work/cache"
run() {
    buildah "${store[@]}" run --isolation chroot --volume "$data:/work/data:ro" --volume "$work/cache:/work/cache" \
        --volume "${runs:-$work/runs}:/work/runs" "$container" -- /usr/bin/cellwise "$@"
}
exits() {
    local wanted=$1 got=0
    shift
    run "$@" >"$work/output" 2>&1 || got=$?
    [[ $got -eq $wanted ]] || { say "exit code $got, expected $wanted; $(tail -n 5 "$work/output")"; false; }
}
check "--version" exits 0 --version
cat "$work/output"
check "the health check passes" exits 0 doctor
cat "$work/output"
if [[ $flavour == cuda ]]; then
    check "without a driver the device cuda is refused" exits 4 doctor --device cuda
    check "and the reason is told" grep -q 'no NVIDIA driver was found' "$work/output"
fi
check "a mistake on the command line ends with 2" exits 2 compare --epochs nonsense
check "compare --limit 500 --epochs 1" exits 0 compare --limit 500 --epochs 1 --offline --output runs/small
cat "$work/output"
for cell in simple_rnn lstm gru; do
    check "the run of $cell is in the volume" test -s "$work/runs/small/$cell/model.safetensors"
done
check "the runs belong to the image's user" is "$(find "$work/runs" -mindepth 1 ! \( -uid 10001 -gid 10001 \))" ''
check "what the volume holds can be used again" exits 0 predict --model runs/small/lstm "A wonderful film."
cat "$work/output"
install -d -o 0 -g 0 -m 755 "$work/locked"
runs=$work/locked check "a volume that cannot be written ends with 4" exits 4 compare --limit 500 --epochs 1 --offline
tail -n 2 "$work/output"

say "size: $(du -sB1 --apparent-size "$mounted" | awk '{ printf "%.0f MB", $1 / 1e6 }') unpacked, of which"
libraries=("$mounted"/usr/lib/cellwise/*)
if [[ $flavour == cuda ]]; then libraries+=("$mounted"/opt/libtorch/torch/lib/* "$mounted"/opt/libtorch/nvidia/*); fi
du -sB1 --apparent-size "${libraries[@]}" | sort -rn | head -n 5 |
    awk '{ sub(".*/", "", $2); printf "  %7.1f MB %s\n", $1 / 1e6, $2 }'
say "size compressed with gzip, as a registry stores it: $(tar -C "$mounted" -cf - . | gzip -6 | wc -c | awk '{ printf "%.0f MB", $1 / 1e6 }')"
if [[ $failures -gt 0 ]]; then die "$failures checks failed"; fi
say "all checks passed"
