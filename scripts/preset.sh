# shellcheck shell=bash
# default_preset: the CMake preset for this machine: CELLWISE_PRESET if it is set; cuda where an NVIDIA driver is present
# that CUDA 13 runs on; else release. build_folder_of PRESET: the folder in build/ for it: one of its own for each LibTorch
# that is asked for.

least_driver=580

default_preset() {
    if [[ -n ${CELLWISE_PRESET:-} ]]; then
        echo "$CELLWISE_PRESET"
        return
    fi
    local version=
    if command -v nvidia-smi >/dev/null; then
        version=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1) || version=
    fi
    if [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= least_driver)); then echo cuda; else echo release; fi
}

build_folder_of() {
    if [[ -n ${CELLWISE_TORCH:-} ]]; then
        echo "$1-python"
    elif [[ -n ${CELLWISE_LIBTORCH:-} ]]; then
        echo "$1-$CELLWISE_LIBTORCH"
    else
        echo "$1"
    fi
}
