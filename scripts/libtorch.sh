# shellcheck shell=bash disable=SC2034
# ensure_libtorch PRESET sets $libtorch to a LibTorch folder: the one that LIBTORCH or CMAKE_PREFIX_PATH
# names, else the pinned wheel from PyPI in the user's cache, checked by hash.

libtorch_version=2.15.0
libtorch_cpu_requirements="\
torch==2.15.0 --hash=sha256:48c2d861134c0b5697c7602cb5ffa68f62a2989fdcd1717e593356f67996ca1e
nvidia-cuda-runtime==13.2.86 --hash=sha256:3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0
nvidia-cuda-cupti==13.2.86 --hash=sha256:8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586"

ensure_libtorch() {
    local folder
    if [[ -n ${LIBTORCH:-} ]]; then
        [[ -e $LIBTORCH/lib/libtorch_cpu.so ]] || die "LIBTORCH is '$LIBTORCH', which holds no lib/libtorch_cpu.so"
        libtorch=$LIBTORCH
        return
    fi
    local IFS=':;'
    for folder in ${CMAKE_PREFIX_PATH:-}; do
        if [[ -e $folder/lib/libtorch_cpu.so ]]; then
            libtorch=$folder
            return
        fi
    done
    unset IFS
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
    folder=$cache/libtorch-$libtorch_version-cpu
    libtorch=$folder/torch
    if [[ -e $folder/complete ]]; then return; fi
    [[ $(uname -m) == x86_64 ]] ||
        die "LibTorch is fetched for x86_64 only: unpack one for $(uname -m) and set LIBTORCH to its folder"

    mkdir -p "$cache" || die "cannot make the folder '$cache'"
    say "fetching LibTorch $libtorch_version (0.55 GB, once) into $folder"
    local temporary
    temporary=$(mktemp -d "$cache/libtorch.XXXXXX")
    printf '%s\n' "$libtorch_cpu_requirements" >"$temporary/requirements.txt"
    # The wheel is unpacked, not installed: any Python can do it. --no-deps leaves 4 GB of CUDA aside.
    if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-compile \
        --no-deps --no-cache-dir --require-hashes --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 \
        --platform manylinux2014_x86_64 --target "$temporary/unpacked" -r "$temporary/requirements.txt" >&2; then
        rm -rf "$temporary"
        die "LibTorch could not be fetched from PyPI: check the network, or set LIBTORCH to a LibTorch $libtorch_version folder"
    fi
    # The CPU flavour never loads these; they are half of the folder.
    rm -f "$temporary"/unpacked/torch/lib/lib{torch_cuda,torch_cuda_linalg,torch_nvshmem,torch_python}.so
    touch "$temporary/unpacked/complete"
    rm -rf "$folder"
    mv "$temporary/unpacked" "$folder"
    rm -rf "$temporary"
}
