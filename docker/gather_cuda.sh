#!/usr/bin/env bash
# gather_cuda.sh PROGRAM FOLDER, in an image that is being built: lays out in FOLDER the program, LibTorch with
# its CUDA libraries (they load each other at run time, so all of them, in the wheels' own layout), the names
# of the Debian packages that they need (usr/share/doc/cellwise/packages.txt), and a linker configuration
# by which they are found.
set -euo pipefail
program=$1 folder=$2
libtorch=$(ldd "$program-torch" | awk '$1 == "libtorch_cpu.so" { print $3 }')
[[ -n $libtorch ]] || { echo "cellwise: error: '$program' is not linked with LibTorch" >&2; exit 4; }
wheels=${libtorch%/torch/lib/*}

mkdir -p "$folder"/{usr/bin,usr/lib/cellwise,etc/ld.so.conf.d,usr/share/doc/cellwise,opt/libtorch/torch}
cp "$program" "$folder/usr/bin/"
cp "$program-torch" "$folder/usr/lib/cellwise/"
cp -r "$wheels/torch/lib" "$folder/opt/libtorch/torch/"
rm -f "$folder"/opt/libtorch/torch/lib/libtorch_python.so  # for Python alone
for library_folder in "$wheels"/nvidia/*/lib; do
    mkdir -p "$folder/opt/libtorch/${library_folder#"$wheels/"}"
    cp -r "$library_folder/." "$folder/opt/libtorch/${library_folder#"$wheels/"}"
done
find "$folder/opt/libtorch" -name '*.a' -delete  # for linking alone
for licences in "$wheels"/*.dist-info/licenses; do
    wheel=$(basename "$(dirname "$licences")" .dist-info)
    mkdir -p "$folder/usr/share/doc/$wheel"
    cp -r "$licences/." "$folder/usr/share/doc/$wheel/"
done
(cd "$folder" && find opt/libtorch -type d -name lib -printf '/%p\n' | sort >etc/ld.so.conf.d/cellwise.conf)

# ldd shows /lib where a package may have /usr/lib, and the other way round.
ldd "$program-torch" | awk '{ path = $2 == "=>" ? $3 : $1; if (path ~ /^\//) print path }' | while read -r library; do
    for file in "$library" "/usr$library" "${library#/usr}"; do
        if dpkg-query -S "$file" 2>/dev/null | cut -d: -f1 | head -n 1 | grep .; then break; fi
    done
done | sort -u >"$folder/usr/share/doc/cellwise/packages.txt"
