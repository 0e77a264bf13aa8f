# shellcheck shell=bash
# make_debian_root FOLDER: a minimal Debian 12 in FOLDER, by debootstrap, that gets its packages where this machine gets
# them. in_debian_root FOLDER [SOURCE:TARGET…] -- COMMAND…: runs a command in it, with folders of this machine mounted.
# Both need root.

make_debian_root() {
    local folder=$1 sources mirror
    command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
    rm -rf "$folder"
    mkdir -p "$folder"
    # shellcheck disable=SC2016  # apt-get expands these itself
    sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
        grep -E ' bookworm(-updates|-security)? ' | sort -u) || true
    mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$sources")
    if ! debootstrap --variant=minbase bookworm "$folder" ${mirror:+"$mirror"} >"$folder.log" 2>&1; then
        rm -rf "$folder"
        die "debootstrap failed: see $folder.log"
    fi
    if [[ -n $sources ]]; then printf '%s\n' "$sources" >"$folder/etc/apt/sources.list"; fi
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
}

in_debian_root() {
    local folder=$1 mounts=()
    shift
    while [[ $1 != -- ]]; do
        mounts+=("$1")
        shift
    done
    shift
    # shellcheck disable=SC2016  # the inner shell expands these
    unshare --mount --pid --fork bash -c '
        set -euo pipefail
        folder=$1 count=$2
        shift 2
        mount -t proc proc "$folder/proc"
        mount --rbind /dev "$folder/dev"
        for ((; count > 0; count--)); do
            if [[ -d ${1%%:*} ]]; then mkdir -p "$folder${1#*:}"; else touch "$folder${1#*:}"; fi
            mount --bind "${1%%:*}" "$folder${1#*:}"
            shift
        done
        exec chroot "$folder" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' \
        in_debian_root "$folder" "${#mounts[@]}" "${mounts[@]}" "$@"
}

# How this machine's pip reaches its index: mounts for in_debian_root in $pip_mounts, variables for env in $pip_variables.
find_pip_settings() {
    local authorities
    pip_mounts=() pip_variables=()
    if [[ -e /etc/pip.conf ]]; then pip_mounts+=(/etc/pip.conf:/etc/pip.conf); fi
    if [[ -n ${PIP_INDEX_URL:-} ]]; then pip_variables+=("PIP_INDEX_URL=$PIP_INDEX_URL"); fi
    authorities=${PIP_CERT:-$(python3 -m pip config get global.cert 2>/dev/null || true)}
    if [[ -n $authorities ]]; then
        pip_mounts+=("$authorities:/host-authorities.crt")
        pip_variables+=("PIP_CERT=/host-authorities.crt")
    fi
}
