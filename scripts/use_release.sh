# shellcheck shell=bash disable=SC2034
# ensure_release FILE sets $release to the folder of the release in the archive FILE: checked against SHA256SUMS, which
# lies beside the archive, and unpacked once into the user's cache.

ensure_release() {
    local file=$1 name sums wanted found cache temporary
    name=$(basename "$file")
    [[ $name == *.tar.xz ]] ||
        die "CELLWISE_RELEASE is '$file', which is no archive: name the .tar.xz of a release (docs/releases.md)"
    [[ -f $file && -r $file ]] || die "CELLWISE_RELEASE is '$file', which cannot be read"
    sums=$(dirname "$file")/SHA256SUMS
    [[ -r $sums ]] || die "'$sums' is not there: copy it from the release too, so that '$name' can be checked"
    wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1; exit }' "$sums")
    [[ $wanted =~ ^[0-9a-f]{64}$ ]] || die "'$sums' says nothing of '$name': both must be from one release"

    cache=${XDG_CACHE_HOME:-$HOME/.cache}/cellwise
    release=$cache/release-${wanted:0:16}
    if [[ -e $release/complete && -x $release/bin/cellwise ]]; then return; fi
    found=$(sha256sum "$file" | cut -d ' ' -f 1)
    [[ $found == "$wanted" ]] || die "'$file' is not what SHA256SUMS says: it is cut short or changed; copy it again"
    command -v xz >/dev/null || die "xz is missing, which unpacks the release: apt-get install xz-utils"
    if ! mkdir -p "$cache" 2>/dev/null || ! temporary=$(mktemp -d "$cache/release.XXXXXX" 2>/dev/null); then
        die "cannot write into '$cache', where the release would be unpacked: set XDG_CACHE_HOME to another folder"
    fi
    say "unpacking $name (once) into $release"
    if ! tar -xJf "$file" --strip-components=1 -C "$temporary"; then
        rm -rf "$temporary"
        die "'$name' could not be unpacked into '$cache' (480 MB): make room, or set XDG_CACHE_HOME to another folder"
    fi
    touch "$temporary/complete"
    rm -rf "$release"
    # Another start may have been quicker; what it unpacked is the same.
    mv -T "$temporary" "$release" 2>/dev/null || rm -rf "$temporary"
}
