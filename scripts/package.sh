#!/usr/bin/env bash
# package.sh BUILD VERSION OUTPUT: makes in the folder OUTPUT, from a finished build, the three forms of a release (an
# archive, a Debian package, a Python wheel) and their checksums. `cmake --build --preset release --target package` calls
# it. The same build gives the same bytes: names are sorted, dates are those of the commit.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/messages.sh
. "$root/scripts/messages.sh"
build=$1 version=$2 output=$3
name=cellwise-$version-linux-x86_64-cpu
for program in xz dpkg-deb python3; do
    command -v "$program" >/dev/null || die "$program is missing: apt-get install xz-utils dpkg python3"
done
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) ||
        die "the date of these sources is not known: set SOURCE_DATE_EPOCH, in seconds since 1970"
fi
export SOURCE_DATE_EPOCH LC_ALL=C
# Several threads make blocks of this size, however many there are: the bytes do not depend on the machine.
compress=(xz --format=xz --check=crc64 --threads=2 --block-size=33554432 "--lzma2=preset=2,dict=32MiB")

mkdir -p "$output"
rm -f "$output"/cellwise[-_]* "$output/SHA256SUMS"
work=$(mktemp -d "$build/package.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/$name
"$root/scripts/release_tree.sh" "$build" "$tree"

pack_archive() {
    # The program comes last: an archive that was not unpacked to its end has none.
    (cd "$work" && packed "$name/lib" "$name/share" "$name/bin") | "${compress[@]}" >"$output/$name.tar.xz"
}
pack_wheel() { python3 "$root/scripts/wheel.py" --tree "$tree" --version "$version" --output "$output"; }
pack_debian() { # an ar archive of three files
    local debian=$work/debian parts=$work/parts
    mkdir -p "$debian/DEBIAN" "$parts"
    cp -a "$tree" "$debian/usr"
    mkdir -p "$debian/usr/share/zsh/vendor-completions"
    mv "$debian/usr/share/zsh/site-functions/_cellwise" "$debian/usr/share/zsh/vendor-completions/"
    rmdir "$debian/usr/share/zsh/site-functions"
    mv "$debian/usr/share/doc/cellwise/LICENSE" "$debian/usr/share/doc/cellwise/copyright"
    gzip -9n "$debian/usr/share/man/man1/cellwise.1"
    cat >"$debian/DEBIAN/control" <<END
Package: cellwise
Version: $version
Architecture: amd64
Maintainer: The Cellwise authors <cellwise@localhost>
Installed-Size: $(du -sk --apparent-size "$debian/usr" | cut -f 1)
Depends: libc6 (>= $(python3 "$root/scripts/glibc_version.py" "$tree"))
Recommends: ca-certificates
Section: science
Priority: optional
Description: The IMDB comparison of SimpleRNN, LSTM and GRU
 A command-line program that trains and compares recurrent networks on movie
 reviews, and models on tables of customers. It brings LibTorch and the other
 libraries that it needs.
END
    (cd "$debian" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$debian/DEBIAN/md5sums"
    chmod 644 "$debian/DEBIAN"/*
    echo 2.0 >"$parts/debian-binary"
    packed -C "$debian/DEBIAN" . | xz >"$parts/control.tar.xz"
    packed -C "$debian" ./usr | "${compress[@]}" >"$parts/data.tar.xz"
    (cd "$parts" && ar rcD "$output/cellwise_${version}_amd64.deb" debian-binary control.tar.xz data.tar.xz)
    dpkg-deb --info "$output/cellwise_${version}_amd64.deb" >/dev/null
}
packed() { tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" "$@"; }

say "packing an archive, a Debian package and a wheel"
jobs=()
for form in archive debian wheel; do
    "pack_$form" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done

(cd "$output" && sha256sum cellwise* >SHA256SUMS)
(cd "$output" && du -b --apparent-size cellwise*) | while read -r size file; do
    say "$(printf '%.1f MB %s' "$(echo "$size" | awk '{ print $1 / 1e6 }')" "$file")"
done
