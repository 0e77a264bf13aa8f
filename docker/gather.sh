#!/usr/bin/env bash
# gather.sh PROGRAM FOLDER, in an image that is being built: lays out in FOLDER a whole file system with
# nothing but the program, the shared libraries that it loads, certificate authorities and licences.
# /var/lib/dpkg/status.d tells scanners which Debian packages the libraries are from.
set -euo pipefail
program=$1 folder=$2
libraries=$folder/usr/lib/x86_64-linux-gnu

mkdir -p "$folder"/{usr/bin,usr/lib64,etc/ssl/certs,tmp,var/lib/dpkg/status.d} "$libraries"
ln -s usr/bin "$folder/bin"
ln -s usr/lib "$folder/lib"
ln -s usr/lib64 "$folder/lib64"
chmod 1777 "$folder/tmp"
cp "$program" "$program-torch" "$folder/usr/bin/"

# The Debian package that a file belongs to; nothing for LibTorch's. ldd shows /lib where a package may
# have /usr/lib, and the other way round.
package_of() {
    local file
    for file in "$1" "/usr$1" "${1#/usr}"; do
        if dpkg-query -S "$file" 2>/dev/null | cut -d: -f1 | head -n 1 | grep .; then return; fi
    done
}

mapfile -t needed < <(ldd "$program-torch" | awk '$2 == "=>" && $3 !~ /^\// { print "missing " $1; next }
    { path = $2 == "=>" ? $3 : $1; if (path ~ /^\//) print path }')
for library in "${needed[@]}"; do
    if [[ $library == missing* ]]; then
        echo "cellwise: error: '$program' needs ${library#missing }, which is not there" >&2
        exit 4
    fi
    case $library in
        */ld-linux-*) target=$folder/usr/lib64 ;;
        *) target=$libraries ;;
    esac
    cp -L "$library" "$target/"
    package=$(package_of "$library")
    if [[ -n $package ]]; then
        dpkg-query -s "$package" >"$folder/var/lib/dpkg/status.d/$package"
        mkdir -p "$folder/usr/share/doc/$package"
        cp -L "/usr/share/doc/$package/copyright" "$folder/usr/share/doc/$package/"
    fi
done

# A wheel's licences lie beside its folder.
libtorch=$(printf '%s\n' "${needed[@]}" | grep -m 1 '/libtorch_cpu\.so')
for licences in "${libtorch%/torch/lib/*}"/*.dist-info/licenses; do
    wheel=$(basename "$(dirname "$licences")" .dist-info)
    mkdir -p "$folder/usr/share/doc/$wheel"
    cp -r "$licences/." "$folder/usr/share/doc/$wheel/"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
dpkg-query -s ca-certificates >"$folder/var/lib/dpkg/status.d/ca-certificates"
printf 'root:x:0:0:root:/root:/sbin/nologin\ncellwise:x:10001:10001::/work:/sbin/nologin\n' >"$folder/etc/passwd"
printf 'root:x:0:\ncellwise:x:10001:\n' >"$folder/etc/group"
