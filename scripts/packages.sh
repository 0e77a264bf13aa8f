# shellcheck shell=bash disable=SC2034
# The Debian packages that Cellwise needs, by purpose, and ensure_packages GROUP… to install them.

packages_build=(
    g++ cmake ninja-build ccache pkg-config python3 python3-pip ca-certificates
    libcli11-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev libarchive-dev
    libcurl4-openssl-dev libssl-dev libhwy-dev libhdf5-dev libboost1.81-dev libeigen3-dev libjs-chart.js
)
packages_tests=(
    libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev libopenmpi-dev openmpi-bin openssl python3-venv
    python3-jsonschema man-db zsh chromium
)
packages_release=(patchelf xz-utils python3-venv)
packages_image=(ca-certificates xz-utils)
packages_fuzz=(clang libclang-rt-14-dev)
packages_lint=(clang-format clang-tidy shellcheck)

missing_packages() {
    local package
    for package in "$@"; do
        # shellcheck disable=SC2016  # dpkg-query expands ${Status} itself
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || echo "$package"
    done
}

# Installs the missing packages of the named groups, or tells how to.
ensure_packages() {
    local group wanted=() missing=() runner=()
    for group in "$@"; do
        local -n list=packages_$group
        wanted+=("${list[@]}")
    done
    if ! command -v dpkg-query >/dev/null; then
        say "this is not a Debian system: make sure that you have the equivalents of: ${wanted[*]}"
        return
    fi
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then return; fi
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
            die "these packages are missing; ask an administrator for: apt-get install ${missing[*]}"
        fi
        runner=(sudo)
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${runner[@]}" apt-get update &&
        "${runner[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        die "apt-get could not install the packages (log: $log)"
    fi
    rm -f "$log"
}
