# shellcheck shell=bash disable=SC2034
# ensure_libtorch PRESET sets $libtorch to a LibTorch folder: the one that LIBTORCH or CMAKE_PREFIX_PATH
# names, that of the Python that CELLWISE_TORCH names, else the pinned wheel from PyPI in the user's cache, checked by
# hash; of the version that CELLWISE_LIBTORCH names, if it names one.

libtorch_versions='2.11.0 2.15.0'  # that Cellwise is built with
libtorch_version=2.15.0
libtorch_cpu_requirements="\
torch==2.15.0 --hash=sha256:48c2d861134c0b5697c7602cb5ffa68f62a2989fdcd1717e593356f67996ca1e
nvidia-cuda-runtime==13.2.86 --hash=sha256:3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0
nvidia-cuda-cupti==13.2.86 --hash=sha256:8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586"
# What libtorch_cuda.so loads besides, as the torch wheel pins it (of its dependencies all but Python's own
# packages and Triton), and the headers (crt, cccl) that CUDA's run-time wheel includes and lacks: no toolkit is needed.
libtorch_cuda_requirements="$libtorch_cpu_requirements
nvidia-cuda-crt==13.2.86 --hash=sha256:e3ab08801bf9b1e6dc979275d25e816bb5000521b648e19c324d5eef0c79f1da
nvidia-cuda-cccl==13.2.86 --hash=sha256:35da671cf0cecd3539da214a11bb8e7634366c9e950da9c5feecf6c490a65b20
nvidia-cublas==13.4.1.3 --hash=sha256:a5917cb642cfb07f4a0231ee16aec7e2e0357d8cb8b1b78a0c9c68dba3e6afc7
nvidia-cuda-nvrtc==13.2.86 --hash=sha256:8111c5130e967b78222ea2124145f8efe9ce201b752b2579a2513100a53be1c5
nvidia-cudnn-cu13==9.26.0.51 --hash=sha256:9c976d539786698c71d6bcdbe2053b7485fae062ff7e1215d2f2ff67b1a2149a
nvidia-cufft==12.2.0.57 --hash=sha256:34da27fadf3979b0b042c43823f0530be8408b86df31ee0108e1ca0b621d4ef6
nvidia-cufile==1.17.1.22 --hash=sha256:87feaf8c3ad20d3d03a01933181801ff6892bace5c8f0b1e4b48f319d3e62d36
nvidia-cusolver==12.2.0.11 --hash=sha256:fab5778f6769947389a1a6abc07e635576825a08c0ffc68c3ae7f1392c794b42
nvidia-cusparse==12.7.10.12 --hash=sha256:25907c75e4db1581685f06f61cc6cdecc04611765516a52373e0a18ebd69fa00
nvidia-cusparselt-cu13==0.8.1 --hash=sha256:786ce87568c303fadb5afcc7102d454cd3040d75f6f8626f5db460d1871f4dd0
nvidia-nccl-cu13==2.30.7 --hash=sha256:cefa7fdb9710efd0f39c5f1be1d61ff6fc9a996c451265bd7fbdcf9455ed4b50
nvidia-nvjitlink==13.5.37 --hash=sha256:280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb
nvidia-nvshmem-cu13==3.7.2 --hash=sha256:b9a4f843c62b5dded8ad33fd6d220e007dcd39f06cee549292f5ba14ce4c235c
nvidia-nvtx==13.2.86 --hash=sha256:968ce72baee2a01791c7d3254000eac81f24677b0b91c62d21b449a1f309c245"

case ${CELLWISE_LIBTORCH:-$libtorch_version} in
    "$libtorch_version") ;;
    2.11.0)
        # shellcheck source=scripts/libtorch_2.11.0.sh
        . "$(dirname -- "${BASH_SOURCE[0]}")/libtorch_2.11.0.sh"
        ;;
    *) die "CELLWISE_LIBTORCH is '$CELLWISE_LIBTORCH': choose one of $libtorch_versions" ;;
esac

libtorch_version_of() { # FOLDER: prints its version; nothing where it is not told
    sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) //p' "$1/include/torch/headeronly/version.h" 2>/dev/null | paste -sd .
}
# FOLDER: what tells whether a build was made with this LibTorch.
libtorch_mark() { echo "$1 $(libtorch_version_of "$1")"; }

# check_libtorch FOLDER WHAT: ends with 4 unless FOLDER is a LibTorch that the program can be built against. WHAT says
# in the message where the folder is from.
check_libtorch() {
    local folder=$1 what=$2 version
    version=$(libtorch_version_of "$folder")
    [[ " $libtorch_versions " == *" ${version:-none} "* ]] ||
        die "$what is LibTorch ${version:-of an unknown version} ('$folder'): Cellwise is built with ${libtorch_versions// / or }"
    # The other ABI's libraries know no std::__cxx11::basic_string.
    grep -q __cxx11 "$folder/lib/libc10.so" 2>/dev/null ||
        die "$what is a LibTorch with the C++ ABI from before 2015 ('$folder'): take one of PyPI's wheels, or the archive 'cxx11 ABI'"
}

# fetch_wheels REQUIREMENTS FOLDER: unpacks these wheels into the new folder, or fails. They are not installed: any
# Python can do it. --no-deps takes only what is named.
fetch_wheels() {
    printf '%s\n' "$1" >"$2.txt"
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-compile \
        --no-deps --no-cache-dir --require-hashes --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 \
        --platform manylinux_2_18_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
        --platform manylinux2010_x86_64 --platform manylinux1_x86_64 --target "$2" -r "$2.txt" >&2
}

ensure_libtorch() {
    local folder flavour=cpu size='0.55 GB' library=libtorch_cpu.so
    if [[ $1 == cuda ]]; then flavour=cuda size='2 GB' library=libtorch_cuda.so; fi
    if [[ -n ${LIBTORCH:-} ]]; then
        [[ -e $LIBTORCH/lib/$library ]] || die "LIBTORCH is '$LIBTORCH', which holds no lib/$library"
        check_libtorch "$LIBTORCH" LIBTORCH
        libtorch=$LIBTORCH
        return
    fi
    if [[ -n ${CELLWISE_TORCH:-} ]]; then
        folder=$(folder_of_python_torch "$CELLWISE_TORCH")
        [[ -e $folder/lib/$library ]] ||
            die "the torch of '$CELLWISE_TORCH' has no lib/$library ('$folder'): CELLWISE_PRESET=release builds for the CPU"
        libtorch=$folder
        return
    fi
    local IFS=':;'
    for folder in ${CMAKE_PREFIX_PATH:-}; do
        if [[ -e $folder/lib/$library ]]; then
            check_libtorch "$folder" CMAKE_PREFIX_PATH
            libtorch=$folder
            return
        fi
    done
    unset IFS
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
    folder=$cache/libtorch-$libtorch_version-$flavour
    libtorch=$folder/torch
    local -n requirements=libtorch_${flavour}_requirements
    # Not a folder of other wheels. (A CPU folder that names none holds these: they have not changed.)
    if [[ -e $folder/complete && ($flavour == cpu || $(<"$folder/complete") == "$requirements") ]]; then return; fi
    [[ $(uname -m) == x86_64 ]] ||
        die "LibTorch is fetched for x86_64 only: unpack one for $(uname -m) and set LIBTORCH to its folder"

    mkdir -p "$cache" || die "cannot make the folder '$cache'"
    say "fetching LibTorch $libtorch_version, $flavour flavour ($size, once) into $folder"
    local temporary
    temporary=$(mktemp -d "$cache/libtorch.XXXXXX")
    if ! fetch_wheels "$requirements" "$temporary/unpacked"; then
        rm -rf "$temporary"
        die "LibTorch could not be fetched from PyPI: check the network, or set LIBTORCH to a LibTorch $libtorch_version folder"
    fi
    rm -f "$temporary"/unpacked/torch/lib/libtorch_python.so
    # The CPU flavour never loads these; they are half of its folder.
    if [[ $flavour == cpu ]]; then rm -f "$temporary"/unpacked/torch/lib/lib{torch_cuda,torch_cuda_linalg,torch_nvshmem}.so; fi
    printf '%s\n' "$requirements" >"$temporary/unpacked/complete"
    rm -rf "$folder"
    mv "$temporary/unpacked" "$folder"
    rm -rf "$temporary"
}

# ensure_cuda_headers PRESET sets $cuda_headers: a folder with the two headers' folders of CUDA that its run-time wheel
# lacks, or nothing where $libtorch has them beside it, or nobody needs them. A Python's torch comes without them: they are
# fetched (3 MB).
ensure_cuda_headers() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise temporary
    cuda_headers=
    if [[ $1 != cuda || -e $libtorch/../nvidia/cu13/include/crt/host_config.h || -e $libtorch/lib/libcudart.so.13 ]]; then return; fi
    cuda_headers=$cache/cuda-headers-$libtorch_version
    if [[ -e $cuda_headers/complete ]]; then return; fi
    mkdir -p "$cache" || die "cannot make the folder '$cache'"
    say "fetching headers of CUDA (3 MB, once) into $cuda_headers"
    temporary=$(mktemp -d "$cache/cuda-headers.XXXXXX")
    if ! fetch_wheels "$(grep -E '^nvidia-cuda-(crt|cccl)=' <<<"$libtorch_cuda_requirements")" "$temporary/unpacked"; then
        rm -rf "$temporary"
        die "CUDA's headers could not be fetched from PyPI: check the network, or build with CELLWISE_PRESET=release"
    fi
    touch "$temporary/unpacked/complete"
    rm -rf "$cuda_headers"
    mv "$temporary/unpacked" "$cuda_headers"
    rm -rf "$temporary"
}
