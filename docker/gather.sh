#!/usr/bin/env bash
# gather.sh TREE FOLDER, in an image that is being built: lays out in FOLDER a whole file system with nothing but a release
# (TREE, as scripts/release_tree.sh lays it out), the C library, certificate authorities and licences.
# /var/lib/dpkg/status.d tells scanners which Debian packages the libraries are from.
set -euo pipefail
tree=$1 folder=$2
libraries=$folder/usr/lib/x86_64-linux-gnu

mkdir -p "$folder"/{usr/lib64,etc/ssl/certs,tmp,var/lib/dpkg/status.d} "$libraries"
cp -r "$tree/." "$folder/usr/"
ln -s usr/bin "$folder/bin"
ln -s usr/lib "$folder/lib"
ln -s usr/lib64 "$folder/lib64"
chmod 1777 "$folder/tmp"

# What the release leaves to the system: the C library's files.
ldd "$tree/lib/cellwise/cellwise-torch" | awk '{ path = $2 == "=>" ? $3 : $1; if (path ~ /^\//) print path }' | while read -r library; do
    case $library in
        "$tree"/*) ;;
        */ld-linux-*) cp -L "$library" "$folder/usr/lib64/" ;;
        *) cp -L "$library" "$libraries/" ;;
    esac
done
documents=$folder/usr/share/doc
mkdir -p "$documents/libc6"
cp -L /usr/share/doc/libc6/copyright "$documents/libc6/"
for package in libc6 ca-certificates; do dpkg-query -s "$package" >"$folder/var/lib/dpkg/status.d/$package"; done
while read -r package version; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n' "$package" "$version" \
        >"$folder/var/lib/dpkg/status.d/$package"
done <"$documents/cellwise/debian-packages.txt"

cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/sbin/nologin\ncellwise:x:10001:10001::/work:/sbin/nologin\n' >"$folder/etc/passwd"
printf 'root:x:0:\ncellwise:x:10001:\n' >"$folder/etc/group"
